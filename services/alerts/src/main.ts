import { run } from '@waystation/runtime'
import { alerts } from './index.ts'

await run('alerts', [alerts])
