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

async function findRedis() {
  try {
    const { REDIS_URL, REDIS_SENTINELS, REDIS_CLUSTER_NODES } = process.env
    if (REDIS_SENTINELS || REDIS_CLUSTER_NODES) return { env: {}, stop: async () => {} }
    const { url, stop } = await provideRedis({ ...(REDIS_URL ? { url: REDIS_URL } : {}), dataDir: '.data/redis', say })
    return { env: { REDIS_URL: url }, stop }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
    return process.exit(1)
  }
}

readArguments()
const redis = await findRedis()
const { TELEGRAM_BOT_TOKEN, FEISHU_APP_ID, FEISHU_APPS } = process.env
const telegram = TELEGRAM_BOT_TOKEN ? [gatewayTelegram] : []
const feishu = FEISHU_APP_ID || FEISHU_APPS ? [gatewayFeishu] : []

await run('all', [sender, inference, gatewayWeb, ...telegram, ...feishu], {
  env: { ...process.env, ...redis.env },
  started(states) {
    for (const state of states) say(state)
    if (telegram.length === 0) say('telegram: off; set TELEGRAM_BOT_TOKEN to a token from @BotFather to connect it')
    if (feishu.length === 0) say('feishu: off; set FEISHU_APP_ID and FEISHU_APP_SECRET of an app to connect it')
  },
  stopped: redis.stop,
})
