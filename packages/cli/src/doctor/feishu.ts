import { errorCode, Unavailable } from '@waystation/domain'
import {
  appsOf,
  type FeishuApp,
  feishuApiOnce,
  feishuConfig,
  learnBot,
  missingScopes,
  readSubscriptions,
  type Subscriptions,
  webhookUrl,
} from '@waystation/feishu/inbound'
import { environment, modeOf } from '@waystation/gateway-feishu/config'
import type { Env } from '@waystation/runtime'
import { alike } from '../language.ts'
import { wanted } from '../variables.ts'
import { type Finding, green, red, yellow } from './finding.ts'
import { unset } from './telegram.ts'

const PATIENCE_MS = 10_000

/** Whether Feishu knows each app, its bot, and what it may do. `isOn`: a gateway of Feishu's is at work. */
export async function feishuChecks(env: Env, isOn: boolean): Promise<Finding[]> {
  const config = wanted(feishuConfig, env)
  // What is wrong with it, config.environment tells.
  if (!config) return []
  const apps = appsOf(config)
  if (apps.length === 0) return [unset('feishu.app', 'FEISHU_APP_ID', isOn)]
  // One app has no need of its name, several do.
  const about = (app: FeishuApp) => (apps.length === 1 ? 'feishu' : `feishu.${app.appId}`)
  const way = wayOf(env)
  return (await Promise.all(apps.map(app => appChecks(about(app), app, way)))).flat()
}

/** How events are to come, and where to, as far as that is told; a sender is told nothing of it. */
type Way = { mode: 'webhook' | 'websocket'; url: string | undefined }

function wayOf(env: Env): Way | undefined {
  const config = wanted(environment, env)
  if (!config || !(config.FEISHU_MODE || config.PUBLIC_URL)) return undefined
  return { mode: modeOf(config), url: config.PUBLIC_URL && webhookUrl(config.PUBLIC_URL) }
}

async function appChecks(about: string, app: FeishuApp, way: Way | undefined): Promise<Finding[]> {
  const api = feishuApiOnce(app)
  try {
    const bot = await learnBot(api, AbortSignal.timeout(PATIENCE_MS))
    const known = green(`${about}.app`, alike(`${bot.name} (${app.appId})`))
    return [
      known,
      await missingScopes(api).then(missing => scopes(about, app, missing), unread(`${about}.scopes`)),
      await readSubscriptions(api).then(told => events(about, app, told, way), untold(about)),
    ]
  } catch (error) {
    return [refused(about, app, error)]
  } finally {
    await api.close()
  }
}

/** Its messages are ours, name the number of Feishu's, and quote no secret. */
function refused(about: string, { appId, baseUrl }: FeishuApp, error: unknown): Finding {
  if (!(error instanceof Unavailable)) throw error
  const isRefusal = error.name === 'AppRefused'
  return red(`${about}.app`, {
    finding: alike(`${appId}: ${error.message}`),
    cure: isRefusal
      ? {
          en: `${baseUrl}/app/${appId}: compare App ID and Secret, add the bot, publish a version. Lark's apps want FEISHU_BASE_URL.`,
          zh: `${baseUrl}/app/${appId}：核对 App ID 和 Secret，添加机器人，发布版本。Lark 的应用要设置 FEISHU_BASE_URL。`,
        }
      : {
          en: `A way out to ${new URL(baseUrl).host} on port 443: firewall, DNS, proxy.`,
          zh: `需要能访问 ${new URL(baseUrl).host} 的 443 端口：检查防火墙、DNS、代理。`,
        },
  })
}

function scopes(about: string, app: FeishuApp, missing: readonly { scope: string; isVital: boolean }[]): Finding {
  const name = `${about}.scopes`
  if (missing.length === 0) return green(name, { en: 'all that it needs', zh: '所需权限齐全' })
  const list = missing.map(({ scope }) => scope).join(',')
  const page = `${app.baseUrl}/app/${app.appId}/auth?q=${list}&op_from=openapi&token_type=tenant`
  const isVital = missing.some(one => one.isVital)
  return (isVital ? red : yellow)(name, {
    finding: { en: `missing: ${list.replaceAll(',', ', ')}`, zh: `缺少权限：${list.replaceAll(',', '、')}` },
    cure: { en: `Add them at ${page} and publish a version.`, zh: `在 ${page} 添加，并发布版本。` },
  })
}

/** An app that may ask for nothing else may ask for this: whoever does not answer is of another age. */
const unread = (name: string) => (error: unknown) =>
  yellow(name, {
    finding: {
      en: `Feishu does not tell them (${error instanceof Error ? error.message : ''})`,
      zh: `飞书没有告知（${error instanceof Error ? error.message : ''}）`,
    },
    cure: {
      en: 'Compare them with docs/channels/feishu.md.',
      zh: '对照 docs/channels/feishu.zh-CN.md。',
    },
  })

/** What the page of the app sends, and where to. */
function events(
  about: string,
  { baseUrl, appId }: FeishuApp,
  { missing, addresses, mode }: Subscriptions,
  way: Way | undefined,
): Finding {
  const name = `${about}.events`
  const page = `${baseUrl}/app/${appId}/event`
  const url = way?.mode === 'webhook' ? way.url : undefined
  const elsewhere = addresses.find(address => address !== url)
  if (url !== undefined && elsewhere !== undefined)
    return red(name, {
      finding: {
        en: `Feishu posts to ${elsewhere}, and should to ${url}`,
        zh: `飞书发送到 ${elsewhere}，应为 ${url}`,
      },
      cure: { en: `Change the request URL at ${page}.`, zh: `在 ${page} 修改请求地址。` },
    })
  if (way && mode !== undefined && mode !== way.mode)
    return red(name, {
      finding: {
        en: `callbacks come by ${mode}, and should by ${way.mode}`,
        zh: `回调方式是 ${mode}，应为 ${way.mode}`,
      },
      cure: { en: `Change it at ${page}, or FEISHU_MODE here.`, zh: `在 ${page} 修改，或改这里的 FEISHU_MODE。` },
    })
  if (missing.length === 0) return green(name, { en: 'all that it needs', zh: '所需事件和回调齐全' })
  const list = missing.map(one => one.name)
  return (missing.some(({ isVital }) => isVital) ? red : yellow)(name, {
    finding: { en: `not subscribed: ${list.join(', ')}`, zh: `没有订阅：${list.join('、')}` },
    cure: { en: `Add them at ${page} and publish a version.`, zh: `在 ${page} 添加，并发布版本。` },
  })
}

const LACKS_SCOPE = 'feishu_99991672'

/** It takes a scope that nothing else needs. */
const untold = (about: string) => (error: unknown) =>
  errorCode(error) === LACKS_SCOPE
    ? green(`${about}.events`, {
        en: 'not looked at: Feishu tells them to who has the scope application:application:self_manage',
        zh: '未检查：需要 application:application:self_manage 权限',
      })
    : unread(`${about}.events`)(error)
