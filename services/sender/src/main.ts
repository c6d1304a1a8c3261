import { run } from '@waystation/runtime'
import { sender } from './index.ts'

await run('sender', [sender])
