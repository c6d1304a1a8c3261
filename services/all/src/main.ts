import { gatewayFeishu } from '@waystation/gateway-feishu'
import { gatewayTelegram } from '@waystation/gateway-telegram'
import { gatewayWeb } from '@waystation/gateway-web'
import { inference } from '@waystation/inference'
import { provideRedis } from '@waystation/redis'
import { readArguments, run } from '@waystation/runtime'
import { sender } from '@waystation/sender'

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const isSet = (variable: string): boolean => Boolean(process.env[variable] || process.env[`${variable}_FILE`])

async function findRedis() {
  if (['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'].some(isSet)) return { env: {}, stop: async () => {} }
  try {
    const { url, stop } = await provideRedis({ dataDir: '.data/redis', say })
    return { env: { REDIS_URL: url }, stop }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return process.exit(1)
  }
}

readArguments()
const redis = await findRedis()
const telegram = isSet('TELEGRAM_BOT_TOKEN') ? [gatewayTelegram] : []
const feishu = isSet('FEISHU_APP_ID') || isSet('FEISHU_APPS') ? [gatewayFeishu] : []

await run('all', [sender, inference, gatewayWeb, ...telegram, ...feishu], {
  env: { ...process.env, ...redis.env },
  started(states) {
    for (const state of states) say(state)
    if (telegram.length === 0) say('telegram: off; set TELEGRAM_BOT_TOKEN to a token from @BotFather to connect it')
    if (feishu.length === 0) say('feishu: off; set FEISHU_APP_ID and FEISHU_APP_SECRET of an app to connect it')
  },
  stopped: redis.stop,
})
