import { run } from '@waystation/runtime'
import { inference } from './index.ts'

await run('inference', [inference])
