import { run } from '@waystation/runtime'
import { gatewayFeishu } from './index.ts'

await run('gateway-feishu', [gatewayFeishu])
