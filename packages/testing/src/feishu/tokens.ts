import { type FeishuApp, hex } from './apps.ts'
import { Refused } from './refused.ts'

/** While a token lives longer than this, asking again gives the same one. */
const RENEWED_BELOW_SECONDS = 30 * 60

type Token = { text: string; app: FeishuApp; endsAt: number }

/** The tenant access tokens. `seconds` is how long each lives. */
export function createTokens(apps: readonly FeishuApp[], seconds: number) {
  const tokens = new Map<string, Token>()
  const latest = new Map<string, Token>()
  // A quarter, where a whole life is shorter than the platform's two hours.
  const renewedBelowMs = Math.min(RENEWED_BELOW_SECONDS, seconds / 4) * 1000

  /** Throws `Refused` 10003 or 10014. */
  function issue(appId: unknown, secret: unknown): { tenant_access_token: string; expire: number } {
    const app = credible(apps, appId, secret)
    const last = latest.get(app.appId)
    const now = Date.now()
    const token = last && last.endsAt - now > renewedBelowMs ? last : create(app, now)
    return { tenant_access_token: token.text, expire: Math.max(Math.floor((token.endsAt - now) / 1000), 0) }
  }

  function create(app: FeishuApp, now: number): Token {
    const token = { text: `t-${hex(40)}`, app, endsAt: now + seconds * 1000 }
    latest.set(app.appId, token)
    tokens.set(token.text, token)
    return token
  }

  /** Whose token it is. Throws `Refused` for a missing, malformed, unknown or expired one. */
  function appOf(authorization: string | undefined): FeishuApp {
    if (!authorization) throw new Refused(99991661, 'Missing access token for authorization.')
    const [, text] = /^Bearer ([tua]-\S+)$/.exec(authorization) ?? []
    if (text === undefined) throw new Refused(99991671, 'Invalid access token, it must start with "t-" or "u-".')
    const token = tokens.get(text)
    if (!token || Date.now() >= token.endsAt)
      throw new Refused(99991663, 'Invalid access token for authorization. Please make a test attempt.')
    return token.app
  }

  return { issue, appOf }
}

/** The app of these credentials. */
export function credible(apps: readonly FeishuApp[], appId: unknown, secret: unknown): FeishuApp {
  const app = apps.find(known => known.appId === appId)
  if (!app) throw new Refused(10003, 'invalid param')
  if (app.appSecret !== secret) throw new Refused(10014, 'app secret invalid')
  return app
}
