import { safeUrl } from '@waystation/http'
import { z } from 'zod'

const appId = 'the App ID of the developer console, such as cli_a1b2c3d4e5f60718'
const secret = (name: string) => z.string(`the ${name} of the developer console`).min(1)

/** What one app is known by. */
const credentials = z.object({
  appId: z.string(appId).regex(/^cli_[\da-f]{16}$/i, appId),
  appSecret: secret('App Secret'),
  verificationToken: secret('Verification Token').optional(),
  encryptKey: secret('Encrypt Key').optional(),
})

/** One app of Feishu or Lark, and where its platform is. */
export type FeishuApp = z.infer<typeof credentials> & { baseUrl: string }

const appList = 'a JSON list such as [{"appId":"cli_…","appSecret":"…","verificationToken":"…","encryptKey":"…"}]'

/** The apps, for `readEnv`. */
export const feishuConfig = z.object({
  FEISHU_APP_ID: credentials.shape.appId.optional(),
  FEISHU_APP_SECRET: credentials.shape.appSecret.optional(),
  FEISHU_VERIFICATION_TOKEN: credentials.shape.verificationToken,
  FEISHU_ENCRYPT_KEY: credentials.shape.encryptKey,
  /** More than one app, or all of them. */
  FEISHU_APPS: z.string().transform(readApps).optional(),
  FEISHU_BASE_URL: safeUrl('https://open.feishu.cn, https://open.larksuite.com, or http:// on this machine').default(
    'https://open.feishu.cn',
  ),
  FEISHU_REPLY_STYLE: z.enum(['card', 'text'], 'card or text').default('card'),
})

export type FeishuConfig = z.infer<typeof feishuConfig>

/** `FEISHU_APP_*` and those of `FEISHU_APPS`, each once. */
export function appsOf(config: FeishuConfig): FeishuApp[] {
  const { FEISHU_APP_ID, FEISHU_APP_SECRET, FEISHU_VERIFICATION_TOKEN, FEISHU_ENCRYPT_KEY } = config
  const one =
    FEISHU_APP_ID && FEISHU_APP_SECRET
      ? [
          {
            appId: FEISHU_APP_ID,
            appSecret: FEISHU_APP_SECRET,
            verificationToken: FEISHU_VERIFICATION_TOKEN,
            encryptKey: FEISHU_ENCRYPT_KEY,
          },
        ]
      : []
  const apps = new Map([...(config.FEISHU_APPS ?? []), ...one].map(app => [app.appId, app]))
  return [...apps.values()].map(app => ({ ...app, baseUrl: config.FEISHU_BASE_URL }))
}

/** BCP 47: what people speak where the platform is, for those whose own language is not told. */
export function languageOf({ baseUrl }: FeishuApp): string | undefined {
  const { hostname } = new URL(baseUrl)
  if (hostname.endsWith('feishu.cn')) return 'zh-CN'
  return hostname.endsWith('larksuite.com') ? 'en' : undefined
}

/** Faults are told without what was written: it holds secrets. */
function readApps(text: string, context: z.RefinementCtx): z.infer<typeof credentials>[] {
  const { data: apps, error } = z.array(credentials).min(1).safeParse(readJson(text))
  if (apps) return apps
  const where = error.issues[0]?.path.join('.')
  context.addIssue({ code: 'custom', message: where ? `${appList}; wrong at ${where}` : appList })
  return z.NEVER
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
