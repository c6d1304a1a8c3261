import { run } from '@waystation/runtime'
import { gatewayTelegram } from './index.ts'

await run('gateway-telegram', [gatewayTelegram])
