import { get as getPlain } from 'node:http'
import { get as getSealed } from 'node:https'
import { isIP } from 'node:net'
import { connect, type PeerCertificate } from 'node:tls'
import { errorCode } from '@waystation/domain'
import type { Env } from '@waystation/runtime'
import { alike } from '../language.ts'
import { isOnFeishu, isOnTelegram, variable } from '../variables.ts'
import { type Cure, type Finding, green, red, yellow } from './finding.ts'

const PATIENCE_MS = 5_000
const DAY_MS = 24 * 60 * 60_000
/** certbot renews 30 days before the end: later, something is wrong with it. */
const RENEWED_BEFORE_DAYS = 21
const SOON_DAYS = 3

/** The public address, as platforms and people meet it: nginx, its certificate, the gateways behind it. */
export async function frontChecks(env: Env): Promise<Finding[]> {
  const url = URL.parse(variable(env, 'PUBLIC_URL') ?? '')
  if (!url)
    return [green('front', { en: 'not looked at: PUBLIC_URL is not set here', zh: '未检查：这里没有设置 PUBLIC_URL' })]
  const isSealed = url.protocol === 'https:'
  const [answered, sealed, plain] = await Promise.all([
    front(url, env),
    isSealed ? certificate(url) : [],
    isSealed && url.port === '' ? plainFront(url) : [],
  ])
  return [...answered, ...sealed, ...plain]
}

async function front(url: URL, env: Env): Promise<Finding[]> {
  const health = await statusOf(new URL('/healthz', url)).catch(errorCode)
  if (typeof health === 'string') return [unreached(url, health)]
  if (health !== 200)
    return [
      red('front.health', {
        finding: { en: `${url.host} answers ${health} to /healthz`, zh: `${url.host} 对 /healthz 应答 ${health}` },
        cure: {
          en: 'It leads to something else than our front: DNS, or a proxy before it.',
          zh: '它指向的不是我们的入口：检查 DNS 或前面的代理。',
        },
      }),
    ]
  const gateways = await Promise.all(
    pathsOf(env).map(async ([gateway, path]) => {
      const status = await statusOf(new URL(path, url)).catch(errorCode)
      return typeof status === 'number' && status < 500 ? [] : [{ gateway, status }]
    }),
  )
  return [
    green('front.health', { en: `${url.host} answers`, zh: `${url.host} 有应答` }),
    upstreams(gateways.flat()),
    await closed(url),
  ]
}

/** What our nginx keeps to itself: how much is asked, and of which model. */
async function closed(url: URL): Promise<Finding> {
  const status = await statusOf(new URL('/metrics', url)).catch(errorCode)
  if (status !== 200) return green('front.private', { en: '/metrics is not to be seen', zh: '/metrics 不对外' })
  return yellow('front.private', {
    finding: { en: 'everybody can read /metrics', zh: '所有人都能读 /metrics' },
    cure: {
      en: 'Put the nginx of docker-compose.yml in front, or keep /metrics and /readyz shut in your own.',
      zh: '前面放 docker-compose.yml 的 nginx，或在自己的代理里挡住 /metrics 和 /readyz。',
    },
  })
}

/** A gateway that is there answers a GET, if with 404: nothing of it reaches a bot. What is off, the page's gateway answers. */
const pathsOf = (env: Env): [string, string][] => [
  ['gateway-web', '/'],
  ...(isOnTelegram(env) ? [['gateway-telegram', '/webhooks/telegram'] satisfies [string, string]] : []),
  ...(isOnFeishu(env) ? [['gateway-feishu', '/webhooks/feishu'] satisfies [string, string]] : []),
]

function upstreams(failed: readonly { gateway: string; status: number | string }[]): Finding {
  const [first] = failed
  if (!first) return green('front.gateways', { en: 'no gateway is missing behind it', zh: '背后的网关都在' })
  const list = failed.map(({ gateway, status }) => `${gateway} (${status})`)
  return red('front.gateways', {
    finding: { en: `nginx reaches no ${list.join(', no ')}`, zh: `nginx 连不上 ${list.join('、')}` },
    cure: {
      en: at => `${at.status}, ${at.logs(first.gateway)}.`,
      zh: at => `${at.status}、${at.logs(first.gateway)}。`,
    },
  })
}

/** A server may not reach its own public address, though everybody else does. */
function unreached(url: URL, code: string): Finding {
  const isSure = code === 'ECONNREFUSED' || code === 'ENOTFOUND'
  return (isSure ? red : yellow)('front.health', {
    finding: { en: `${url.host} is not reached from here (${code})`, zh: `从这里访问不到 ${url.host}（${code}）` },
    cure: isSure
      ? {
          en: at =>
            `${at.status}; port 443 of the security group and the firewall; where the name leads (\`getent hosts\`).`,
          zh: at => `${at.status}；安全组和防火墙的 443 端口；域名指向哪里（\`getent hosts\`）。`,
        }
      : {
          en: `From elsewhere \`curl -v ${url.origin}/healthz\`: some networks lead no machine to its own public address.`,
          zh: `在别处运行 \`curl -v ${url.origin}/healthz\`：有的网络不允许机器访问自己的公网地址。`,
        },
  })
}

/** Whose certificate it is, another finding tells; nothing secret is sent. */
function statusOf(url: URL): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const options = { timeout: PATIENCE_MS, agent: false as const }
  const request =
    url.protocol === 'https:' ? getSealed(url, { ...options, rejectUnauthorized: false }) : getPlain(url, options)
  request.on('response', response => {
    resolve(response.statusCode ?? 0)
    response.destroy()
  })
  request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })))
  request.on('error', reject)
  return promise
}

async function certificate(url: URL): Promise<Finding[]> {
  const shown = await certificateOf(url).catch(() => undefined)
  // That nobody answers, front.health tells.
  return shown ? [judge(url, shown)] : []
}

type Shown = { peer: PeerCertificate; fault: string | undefined }

function certificateOf({ hostname, port }: URL): Promise<Shown> {
  const { promise, resolve, reject } = Promise.withResolvers<Shown>()
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect({
    host,
    servername: isIP(host) ? '' : host,
    port: Number(port || 443),
    rejectUnauthorized: false,
  })
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('silent')))
  socket.on('error', reject)
  socket.on('secureConnect', () => {
    const fault = socket.authorized ? undefined : String(socket.authorizationError)
    resolve({ peer: socket.getPeerCertificate(), fault })
    socket.destroy()
  })
  return promise
}

function judge(url: URL, { peer, fault }: Shown): Finding {
  const name = 'front.certificate'
  const endsAt = Date.parse(peer.valid_to)
  const days = Math.floor((endsAt - Date.now()) / DAY_MS)
  const end = new Date(endsAt).toISOString().slice(0, 10)
  if (days < 0) return red(name, { finding: { en: `expired on ${end}`, zh: `已于 ${end} 过期` }, cure: RENEW })
  if (fault !== undefined)
    return red(name, {
      finding: { en: `not trusted: ${fault}`, zh: `不受信任：${fault}` },
      cure: {
        en: `Platforms refuse it. Get one for ${url.hostname}, with its whole chain: docs/install.md#tls.`,
        zh: `平台会拒绝它。为 ${url.hostname} 申请带完整链的证书：见 docs/install.zh-CN.md。`,
      },
    })
  const finding = { en: `good until ${end}, ${days} days`, zh: `有效期到 ${end}，还有 ${days} 天` }
  if (days > RENEWED_BEFORE_DAYS) return green(name, finding)
  return (days > SOON_DAYS ? yellow : red)(name, { finding, cure: RENEW })
}

const RENEW: Cure = { en: at => at.certificate, zh: at => at.certificate }

async function plainFront(url: URL): Promise<Finding[]> {
  const code = await statusOf(new URL(`http://${url.host}/healthz`)).catch(errorCode)
  if (typeof code === 'number') return [green('front.port_80', alike(`${url.host}:80`))]
  return [
    yellow('front.port_80', {
      finding: { en: `port 80 is not reached from here (${code})`, zh: `从这里访问不到 80 端口（${code}）` },
      cure: {
        en: 'Let’s Encrypt asks there, and browsers begin there. Nothing else needs it.',
        zh: 'Let’s Encrypt 在那里验证，浏览器从那里开始。其他都不需要它。',
      },
    }),
  ]
}
