import { Unavailable } from '@waystation/domain'
import { type FeishuApp, feishuApiOnce, feishuConfig, learnBot, missingScopes } from '@waystation/feishu/inbound'
import type { Words } from '../../language.ts'
import { Wrong } from '../../wrong.ts'

const PATIENCE_MS = 10_000

export type KnownApp = { name: string; missing: { scope: string; isVital: boolean }[] }

/** Whose credentials they are, and what the app may not do yet. Throws `Wrong`. */
export async function checkFeishu(app: Pick<FeishuApp, 'appId' | 'appSecret' | 'baseUrl'>): Promise<KnownApp> {
  if (!feishuConfig.shape.FEISHU_APP_ID.safeParse(app.appId).success) throw new Wrong(SHAPE)
  const api = feishuApiOnce(app)
  try {
    const { name } = await learnBot(api, AbortSignal.timeout(PATIENCE_MS))
    return { name, missing: await missingScopes(api) }
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    throw new Wrong(error.name === 'AppRefused' ? refused(app, error.message) : unreached(app, error.message))
  } finally {
    await api.close()
  }
}

/** Where the console offers to add just these. */
export const scopesPage = ({ appId, baseUrl }: Pick<FeishuApp, 'appId' | 'baseUrl'>, { missing }: KnownApp): string =>
  `${baseUrl}/app/${appId}/auth?q=${missing.map(({ scope }) => scope).join(',')}&op_from=openapi&token_type=tenant`

/** What each is for, as docs/channels/feishu.md has it. */
export const scopeWords: Readonly<Record<string, Words>> = {
  'im:message.p2p_msg:readonly': { en: 'to read what is written to the bot in private', zh: '读取单聊消息' },
  'im:message.group_at_msg:readonly': { en: 'to read what mentions it in groups', zh: '读取群里提及机器人的消息' },
  'im:message:send_as_bot': { en: 'to send: without it the bot stays silent', zh: '发送消息：没有它就不会回答' },
  'im:message.reactions:write_only': { en: 'to show that it is writing', zh: '显示“正在输入”' },
  'cardkit:card:write': { en: 'answers that grow while they are written', zh: '边写边显示回答' },
}

const SHAPE = {
  en: 'That is no App ID. It looks like cli_a1b2c3d4e5f60718, in Credentials & Basic Info of the developer console.',
  zh: '这不是 App ID。它形如 cli_a1b2c3d4e5f60718，见开发者后台的“凭证与基础信息”。',
}
type Where = Pick<FeishuApp, 'appId' | 'baseUrl'>
const refused = ({ appId, baseUrl }: Where, why: string) => ({
  en: `${why}. ${baseUrl}/app/${appId}: compare App ID and App Secret, add the bot, publish a version. An app of Lark is unknown to Feishu, and the other way round.`,
  zh: `${why}。${baseUrl}/app/${appId}：核对 App ID 和 App Secret，添加机器人能力，发布版本。Lark 的应用在飞书不存在，反之亦然。`,
})
const unreached = ({ baseUrl }: Where, why: string) => ({
  en: `It is not reached (${why}). A way out to ${new URL(baseUrl).host} on port 443 is needed: firewall, DNS, proxy.`,
  zh: `连不上（${why}）。需要能访问 ${new URL(baseUrl).host} 的 443 端口：检查防火墙、DNS、代理。`,
})
