import { run } from '@waystation/runtime'
import { gatewayWeb } from './index.ts'

await run('gateway-web', [gatewayWeb])
