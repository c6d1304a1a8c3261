import { type RawRequest, Rejected, Unauthenticated } from '@waystation/domain'
import type { Bot } from './bot.ts'
import { decrypt } from './decrypt.ts'
import { challengeOf, encryptedSchema, originOf } from './event.ts'
import { isFresh, isSame, isSignedWith, signedRequest } from './signature.ts'

/** An app whose events arrive. It has at least one of the two secrets, or nothing is believed. */
export type ReceivingApp = {
  appId: string
  verificationToken?: string | undefined
  encryptKey?: string | undefined
  /** BCP 47: spoken where the app is, for people whose language is not told. */
  language?: string | undefined
  /** Undefined until the platform has told who it is. */
  bot(): Bot | undefined
}

type SealedApp = ReceivingApp & { encryptKey: string }

/** Whose event it is, and the event, decrypted but not looked into. `signature`: the one that vouches for it. */
type Authenticated = { app: ReceivingApp; event: unknown; signature?: string }

/** An encrypted `url_verification` has about 200 bytes, and is all that is looked into without a signature. */
const MAX_CHALLENGE_BYTES = 8 * 1024

/** For the operator, who reads them beside the reason. */
const refusals = {
  bad_signature: 'the signature matches no app: check FEISHU_ENCRYPT_KEY',
  stale: 'signed over 8 h ago, or an hour ahead of us: check the clock',
  not_encrypted: 'not encrypted, though FEISHU_ENCRYPT_KEY is set: check it against the app’s page',
  undecryptable: 'no app’s key decrypts it: check FEISHU_ENCRYPT_KEY',
  unsigned: 'encrypted, but not signed: check who sends to this address',
  wrong_token: 'the token is of no app: check FEISHU_VERIFICATION_TOKEN',
  wrong_app: 'meant for another app: check FEISHU_APP_ID',
}

const refusal = (reason: keyof typeof refusals) => new Unauthenticated(refusals[reason], reason)

/**
 * Checks requests for apps that share one address. An app with an Encrypt Key is believed by the signature over the raw
 * bytes, another by the verification token inside. Throws `Unauthenticated`, and `Rejected` for what is rightly signed
 * but does not decrypt or parse. `now`: ms since 1970.
 */
export function authenticator(apps: readonly ReceivingApp[]): (request: RawRequest, now: number) => Authenticated {
  const sealed = apps.filter(isSealed)
  const open = apps.filter(app => !isSealed(app))

  return (request, now) => {
    const { body } = request
    const signed = signedRequest(request)
    const signers = signed ? sealed.filter(({ encryptKey }) => isSignedWith(encryptKey, signed)) : []
    if (signed && signers[0]) {
      if (!isFresh(signed, now)) throw refusal('stale')
      const event = unseal(body, signers[0].encryptKey)
      return { app: appOf(event, signers), event, signature: signed.signature }
    }
    if (looksEncrypted(body)) {
      if (signed) throw refusal('bad_signature')
      return readSealedChallenge(body)
    }
    // Where no Encrypt Key is set Feishu signs too, with an empty one, as anybody could: there only the token counts.
    if (open.length === 0) throw refusal(signed ? 'bad_signature' : 'not_encrypted')
    return readOpenEvent(body)
  }

  /** What comes encrypted and not signed: only the question that is asked when an address is entered for an app. */
  function readSealedChallenge(body: Buffer): Authenticated {
    if (body.length > MAX_CHALLENGE_BYTES) throw refusal('unsigned')
    const opened = sealed.flatMap(app => tryUnseal(body, app))
    if (opened.length === 0) throw refusal('undecryptable')
    const challenged = opened.filter(({ event }) => challengeOf(event) !== undefined)
    if (!challenged[0]) throw refusal('unsigned')
    const { event } = challenged[0]
    const askers = challenged.map(({ app }) => app)
    return { app: appOf(event, askers), event }
  }

  /** What is no JSON has no token. */
  function readOpenEvent(body: Buffer): Authenticated {
    const event = tryReadJson(body)
    const { appId } = originOf(event)
    if (sealed.some(app => app.appId === appId)) throw refusal('not_encrypted')
    return { app: appOf(event, open), event }
  }
}

/** An empty key is none: anybody could sign with it. */
const isSealed = (app: ReceivingApp): app is SealedApp => Boolean(app.encryptKey)

/** Told from the first bytes: what is not trusted is not parsed. */
const looksEncrypted = (body: Buffer): boolean => /^\s*\{\s*"encrypt"\s*:/.test(body.toString('latin1', 0, 64))

/** Only what is inside counts; beside it anything may be written. */
function unseal(body: Buffer, encryptKey: string): unknown {
  const { data: sealed } = encryptedSchema.safeParse(readJson(body))
  if (!sealed) throw refusal('not_encrypted')
  return readJson(decrypt(sealed.encrypt, encryptKey))
}

function tryUnseal(body: Buffer, app: SealedApp): { app: SealedApp; event: unknown }[] {
  try {
    return [{ app, event: unseal(body, app.encryptKey) }]
  } catch {
    return []
  }
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (cause) {
    throw new Rejected('not_json', { cause })
  }
}

function tryReadJson(body: Buffer): unknown {
  try {
    return readJson(body)
  } catch {
    return undefined
  }
}

/** The one of `candidates` that the event names, or any if it names none, as `url_verification`; with its token. */
function appOf(event: unknown, candidates: readonly ReceivingApp[]): ReceivingApp {
  const { appId, token } = originOf(event)
  const named = candidates.filter(app => appId === undefined || app.appId === appId)
  if (named.length === 0) throw refusal('wrong_app')
  const app = named.find(app => accepts(app, token))
  if (!app) throw refusal('wrong_token')
  return app
}

/** Where no token is configured the signature must do. */
function accepts({ verificationToken, encryptKey }: ReceivingApp, token = ''): boolean {
  return verificationToken ? isSame(token, verificationToken) : Boolean(encryptKey)
}
