import { webhookUrl } from '@waystation/feishu/inbound'
import { checkFeishu, type KnownApp, scopesPage, scopeWords } from '../checks/feishu.ts'
import type { Setup } from '../setup.ts'
import type { Talk } from '../talk.ts'

const FEISHU = 'https://open.feishu.cn'
const LARK = 'https://open.larksuite.com'

type Credentials = { appId: string; appSecret: string; baseUrl: string }

export async function askFeishu(talk: Talk, setup: Setup): Promise<void> {
  const { app, known } = await askApp(talk, setup)
  setup.set('FEISHU_BASE_URL', app.baseUrl === FEISHU ? undefined : app.baseUrl)
  setup.set('FEISHU_APP_ID', app.appId)
  setup.set('FEISHU_APP_SECRET', app.appSecret)
  talk.good({ en: `It is ${known.name}.`, zh: `应用是 ${known.name}。` })
  await untilScopesAreThere(talk, app, known)
  await askMode(talk, setup, app)
}

async function askApp(talk: Talk, setup: Setup): Promise<{ app: Credentials; known: KnownApp }> {
  const now = { appId: setup.get('FEISHU_APP_ID'), appSecret: setup.get('FEISHU_APP_SECRET') }
  let { appId, appSecret } = now.appId !== undefined && (await talk.yes(keep(now.appId))) ? now : {}
  let baseUrl = setup.get('FEISHU_BASE_URL') ?? FEISHU
  return await talk.untilRight(async () => {
    const isKept = appId !== undefined && appSecret !== undefined
    if (!isKept) {
      baseUrl = await askPlatform(talk, baseUrl)
      talk.tell(create(`${baseUrl}/app`))
    }
    const id = isKept
      ? appId
      : await talk.text(APP_ID, { initial: appId ?? now.appId ?? '', hint: 'cli_a1b2c3d4e5f60718' })
    const app = { appId: id ?? '', appSecret: appSecret ?? (await talk.secret(APP_SECRET)), baseUrl }
    // Should they be wrong, both are asked for.
    ;({ appId, appSecret } = { appId: isKept ? undefined : id, appSecret: undefined })
    return { app, known: await talk.look(ASKING, checkFeishu(app)) }
  })
}

const askPlatform = (talk: Talk, now: string): Promise<string> => {
  const own = [FEISHU, LARK].includes(now) ? [] : [{ value: now, words: { en: now, zh: now } }]
  const platforms = [
    { value: FEISHU, words: { en: 'Feishu', zh: '飞书' }, hint: { en: 'open.feishu.cn', zh: 'open.feishu.cn' } },
    { value: LARK, words: { en: 'Lark', zh: 'Lark' }, hint: { en: 'open.larksuite.com', zh: 'open.larksuite.com' } },
  ]
  return talk.choose({ en: 'On which platform is the app?', zh: '应用在哪个平台？' }, [...own, ...platforms], now)
}

/** What is missing may come later: the station starts without, and is silent. */
async function untilScopesAreThere(talk: Talk, app: Credentials, first: KnownApp): Promise<void> {
  for (let known = first; known.missing.length > 0; ) {
    const lines = known.missing.map(({ scope }) => `${scope}  ${talk.say(scopeWords[scope] ?? { en: '', zh: '' })}`)
    talk.show([...lines, '', scopesPage(app, known)].join('\n'), MISSING)
    if (!(await talk.yes(ADDED, false))) return
    known = await talk.look(ASKING, checkFeishu(app))
  }
  talk.good({ en: 'It has the permissions it needs.', zh: '所需权限齐全。' })
}

async function askMode(talk: Talk, setup: Setup, { appId, baseUrl }: Credentials): Promise<void> {
  const publicUrl = setup.get('PUBLIC_URL')
  const usual = publicUrl === undefined ? 'websocket' : 'webhook'
  const mode = publicUrl !== undefined ? await talk.choose(MODE, MODES, setup.get('FEISHU_MODE') ?? usual) : usual
  setup.set('FEISHU_MODE', mode === usual ? undefined : mode)
  if (mode === 'webhook') await askSecrets(talk, setup)
  const page = `${baseUrl}/app/${appId}/event`
  talk.tell(
    publicUrl !== undefined && mode === 'webhook' ? enterUrl(page, webhookUrl(publicUrl)) : choosePersistent(page),
  )
}

/** At least one of the two. */
async function askSecrets(talk: Talk, setup: Setup): Promise<void> {
  const [key, token] = ['FEISHU_ENCRYPT_KEY', 'FEISHU_VERIFICATION_TOKEN'].map(setup.get)
  if ((key ?? token) !== undefined && (await talk.yes(KEEP_SECRETS))) return
  for (;;) {
    const encryptKey = await talk.secret(ENCRYPT_KEY, { optional: true })
    const verificationToken = await talk.secret(VERIFICATION_TOKEN, { optional: true })
    setup.set('FEISHU_ENCRYPT_KEY', encryptKey)
    setup.set('FEISHU_VERIFICATION_TOKEN', verificationToken)
    if (encryptKey || verificationToken) return
    talk.warn(ONE_IS_NEEDED)
  }
}

const keep = (appId: string) => ({ en: `Keep the app ${appId}?`, zh: `保留应用 ${appId}？` })
const create = (page: string) => ({
  en: `If there is no app yet: create one at ${page}, as docs/channels/feishu.md says in its steps 1 to 4.`,
  zh: `如果还没有应用：在 ${page} 创建，见 docs/channels/feishu.zh-CN.md 的第 1 至 4 步。`,
})
const APP_ID = { en: 'App ID', zh: 'App ID' }
const APP_SECRET = { en: 'App Secret', zh: 'App Secret' }
const ASKING = { en: 'Asking the platform', zh: '正在询问平台' }
const MISSING = { en: 'Permissions that are missing, and where to add them', zh: '缺少的权限，以及添加的页面' }
const ADDED = { en: 'Added, and published a version: look again?', zh: '已添加并发布版本：再检查一次？' }
const MODE = { en: 'How do events come?', zh: '事件怎样到达？' }
const MODES = [
  { value: 'webhook', words: { en: 'Webhook: the platform posts them', zh: 'Webhook：平台推送' } },
  { value: 'websocket', words: { en: 'Long connection: the bot opens it', zh: '长连接：由机器人建立' } },
]
const KEEP_SECRETS = {
  en: 'Keep its Encrypt Key and Verification Token?',
  zh: '保留现有的 Encrypt Key 和 Verification Token？',
}
const ENCRYPT_KEY = {
  en: 'Encrypt Key, from Encryption Strategy (Enter for none)',
  zh: '“加密策略”中的 Encrypt Key（没有则回车）',
}
const VERIFICATION_TOKEN = {
  en: 'Verification Token, from the same page (Enter for none)',
  zh: '同一页的 Verification Token（没有则回车）',
}
const ONE_IS_NEEDED = {
  en: 'One of the two is needed, or anybody could post events. The Encrypt Key is the better one.',
  zh: '至少需要其中之一，否则任何人都能伪造事件。推荐 Encrypt Key。',
}
const choosePersistent = (page: string) => ({
  en: `Once the station runs, choose "persistent connection" at ${page} for events and for callbacks, and add the events of docs/channels/feishu.md, step 6.`,
  zh: `启动后，在 ${page} 为事件和回调选择“长连接”，并添加 docs/channels/feishu.zh-CN.md 第 6 步的事件。`,
})
const enterUrl = (page: string, url: string) => ({
  en: `Once the station runs, enter ${url} at ${page} for events and for callbacks, and add the events of docs/channels/feishu.md, step 6.`,
  zh: `启动后，在 ${page} 为事件和回调填写 ${url}，并添加 docs/channels/feishu.zh-CN.md 第 6 步的事件。`,
})
