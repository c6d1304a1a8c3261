import { Unavailable } from '@waystation/domain'
import { environment, webhookOf } from '@waystation/gateway-telegram/config'
import type { Env } from '@waystation/runtime'
import { type BotApi, botApi, learnBot, readWebhook, webhookUrl } from '@waystation/telegram/inbound'
import { alike, inBoth } from '../language.ts'
import { counted, duration } from '../text.ts'
import { isOnTelegram, variable, wanted } from '../variables.ts'
import { type Cure, type Finding, green, red, WITH_VARIABLES, yellow } from './finding.ts'

const GATEWAY = 'gateway-telegram'
const PATIENCE_MS = 10_000
/** Telegram's last error stays for ever, also where all is well since. */
const LATELY_MS = 60 * 60_000

/** Whose token it is, and where Telegram posts to. `isOn`: a gateway of Telegram's is at work. */
export async function telegramChecks(env: Env, isOn: boolean): Promise<Finding[]> {
  if (!isOnTelegram(env)) return [unset('telegram.bot', 'TELEGRAM_BOT_TOKEN', isOn)]
  const config = wanted(environment, env)
  // What is wrong with it, config.environment tells.
  if (!config) return []
  const api = botApi({ apiRoot: config.TELEGRAM_API_ROOT, token: config.TELEGRAM_BOT_TOKEN })
  try {
    const { username } = await learnBot(api, AbortSignal.timeout(PATIENCE_MS))
    return [green('telegram.bot', alike(`@${username}`)), await webhook(api, env, webhookOf(config)?.publicUrl)]
  } catch (error) {
    return [refused(error)]
  } finally {
    await api.close()
  }
}

/** A channel that is off, or whose credentials are somewhere else. */
export function unset(name: string, variable: string, isOn: boolean): Finding {
  if (!isOn) return green(name, { en: `off: ${variable} is not set`, zh: `未启用：没有设置 ${variable}` })
  return yellow(name, {
    finding: { en: `not looked at: ${variable} is not set here`, zh: `未检查：这里没有设置 ${variable}` },
    cure: WITH_VARIABLES,
  })
}

/** Its messages are ours, and quote no token. */
function refused(error: unknown): Finding {
  if (!(error instanceof Unavailable)) throw error
  const isToken = error.name === 'TokenRefused'
  return red('telegram.bot', {
    finding: isToken
      ? { en: 'Telegram refuses the token', zh: 'Telegram 不接受这个 token' }
      : { en: `Telegram is not reached: ${error.message}`, zh: `连不上 Telegram：${error.message}` },
    cure: isToken
      ? { en: 'Copy TELEGRAM_BOT_TOKEN from @BotFather again.', zh: '从 @BotFather 重新复制 TELEGRAM_BOT_TOKEN。' }
      : {
          en: 'A way out to api.telegram.org on port 443: firewall, DNS, proxy; or TELEGRAM_API_ROOT.',
          zh: '需要能访问 api.telegram.org 的 443 端口：检查防火墙、DNS、代理，或 TELEGRAM_API_ROOT。',
        },
  })
}

async function webhook(api: BotApi, env: Env, publicUrl: string | undefined): Promise<Finding> {
  const name = 'telegram.webhook'
  const info = await readWebhook(api)
  const restart = {
    en: at => `Another program has the same token, or the gateway did not start: ${at.restart(GATEWAY)} sets it anew.`,
    zh: at => `另一个程序用了同一个 token，或网关没有启动：${at.restart(GATEWAY)} 会重新设置。`,
  } satisfies Cure
  const [is, should] = [info.url, publicUrl === undefined ? '' : webhookUrl(publicUrl)]
  if (is === should)
    return lately(info) ?? green(name, is === '' ? POLLS : { en: `posts to ${is}`, zh: `发送到 ${is}` })
  // A sender knows neither of the two.
  if (variable(env, 'PUBLIC_URL') === undefined && !env.TELEGRAM_MODE)
    return yellow(name, {
      finding: {
        en: `Telegram posts to ${is}; PUBLIC_URL is not set here to compare it with`,
        zh: `Telegram 发送到 ${is}；这里没有设置 PUBLIC_URL，无法比对`,
      },
      cure: {
        en: at =>
          `Well if that is this station. If it is to poll, another program set a webhook: ${at.restart(GATEWAY)}.`,
        zh: at => `如果那是这个站点就没有问题；如果应当轮询，是别的程序设置了 webhook：${at.restart(GATEWAY)}。`,
      },
    })
  return red(name, {
    finding:
      is === ''
        ? { en: `Telegram posts nowhere, and should to ${should}`, zh: `Telegram 没有发送地址，应为 ${should}` }
        : {
            en: `Telegram posts to ${is}, and should ${should === '' ? 'be polled' : `to ${should}`}`,
            zh: `Telegram 发送到 ${is}，应为${should === '' ? '轮询' : ` ${should}`}`,
          },
    cure: restart,
  })
}

const POLLS = { en: 'no webhook: updates are to be fetched', zh: '没有 webhook：消息要自己去取' }

/** What Telegram last met at our door, in the hour. */
function lately({ lastError, pendingUpdates }: Awaited<ReturnType<typeof readWebhook>>): Finding | undefined {
  const agoMs = Date.now() - (lastError?.at ?? 0) * 1000
  if (!lastError || agoMs > LATELY_MS) return undefined
  const ago = inBoth(language => duration(agoMs, language))
  return (pendingUpdates > 0 ? red : yellow)('telegram.webhook', {
    finding: {
      en: `Telegram failed ${ago.en} ago: ${lastError.message}; waiting there: ${counted(pendingUpdates, 'update')}`,
      zh: `Telegram 在 ${ago.zh} 前失败：${lastError.message}；那里等候着 ${pendingUpdates} 条更新`,
    },
    cure: cureOf(lastError.message),
  })
}

function cureOf(message: string): Cure {
  const found = troubles.find(({ sign }) => sign.test(message))
  return (
    found?.cure ?? {
      en: '“Telegram is silent” in docs/operations.md knows what Telegram says.',
      zh: '见 docs/operations.zh-CN.md 的“Telegram 没有反应”。',
    }
  )
}

const troubles: readonly { sign: RegExp; cure: Cure }[] = [
  {
    sign: /certificate|SSL/i,
    cure: {
      en: 'It does not trust the certificate: see front.certificate, and docs/install.md#tls.',
      zh: '它不信任证书：见 front.certificate 和 docs/install.zh-CN.md。',
    },
  },
  {
    sign: /\b401\b/,
    cure: {
      en: at => `It has another secret: ${at.restart(GATEWAY)} tells it ours.`,
      zh: at => `密钥不一致：${at.restart(GATEWAY)} 会重新告诉它。`,
    },
  },
  {
    sign: /\b50[234]\b/,
    cure: {
      en: at => `The gateway or Redis is down: ${at.status}, ${at.logs(GATEWAY)}.`,
      zh: at => `网关或 Redis 不在：${at.status}、${at.logs(GATEWAY)}。`,
    },
  },
  {
    sign: /timed out|refused|resolve/i,
    cure: {
      en: 'Port 443 is shut from outside, or the name of PUBLIC_URL leads elsewhere: security group, firewall, DNS.',
      zh: '外面到不了 443 端口，或 PUBLIC_URL 的域名指向别处：安全组、防火墙、DNS。',
    },
  },
]
