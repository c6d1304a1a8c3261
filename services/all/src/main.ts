import { gatewayFeishu } from '@waystation/gateway-feishu'
import { gatewayTelegram } from '@waystation/gateway-telegram'
import { gatewayWeb } from '@waystation/gateway-web'
import { inference } from '@waystation/inference'
import { namesRedis, provideRedis } from '@waystation/redis'
import { ConfigError, type Env, envHere, isSet, readArguments, run } from '@waystation/runtime'
import { sender } from '@waystation/sender'

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

function readEnvHere(): Env {
  try {
    return envHere(process.env)
  } catch (error) {
    if (error instanceof ConfigError) end(error.message)
    throw error
  }
}

async function findRedis() {
  if (namesRedis(env)) return { env: {}, stop: async () => {} }
  try {
    const { url, stop } = await provideRedis({ dataDir: '.data/redis', say })
    // It has a password of its own, in its address.
    return { env: { REDIS_URL: url, REDIS_PASSWORD: '' }, stop }
  } catch (error) {
    return end(error instanceof Error ? error.message : String(error))
  }
}

function end(why: string): never {
  process.stderr.write(`${why}\n`)
  return process.exit(1)
}

const TELEGRAM_OFF = 'telegram: off; set TELEGRAM_BOT_TOKEN to a token from @BotFather to connect it'
const FEISHU_OFF = 'feishu: off; set FEISHU_APP_ID and FEISHU_APP_SECRET of an app to connect it'
const UNCONFIGURED = 'Nothing is configured yet: `npm run onboard` asks for all of it, step by step.'

readArguments()
const env = readEnvHere()
const redis = await findRedis()
const telegram = isSet(env, 'TELEGRAM_BOT_TOKEN') ? [gatewayTelegram] : []
const feishu = isSet(env, 'FEISHU_APP_ID') || isSet(env, 'FEISHU_APPS') ? [gatewayFeishu] : []
const isConfigured =
  telegram.length + feishu.length > 0 ||
  ['LOCAL_MODEL', 'COMMERCIAL_MODEL', 'WAYSTATION_CONFIG'].some(name => isSet(env, name))

await run('all', [sender, inference, gatewayWeb, ...telegram, ...feishu], {
  env: { ...env, ...redis.env },
  started(states) {
    const off = [
      ...(telegram.length === 0 ? [TELEGRAM_OFF] : []),
      ...(feishu.length === 0 ? [FEISHU_OFF] : []),
      ...(isConfigured ? [] : [UNCONFIGURED]),
    ]
    // At once: whoever started it reads all of it or nothing.
    say([...states, ...off].join('\n'))
  },
  stopped: redis.stop,
})
