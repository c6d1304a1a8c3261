import { createHash, randomBytes } from 'node:crypto'

export type FeishuAppOptions = {
  /** `cli_` and 16 hex digits: the SDK's long connection takes nothing else. */
  appId?: string
  appSecret?: string
  verificationToken?: string
  /** Random while the key is absent; `undefined` for events in plain text. */
  encryptKey?: string | undefined
  name?: string
  /** Default: every scope. */
  scopes?: readonly string[]
  /** Those of its published version; default: all that a bot like ours is told. */
  events?: readonly string[]
  callbacks?: readonly string[]
  /** Where its page says that events and callbacks are posted to; absent: they come over connections. */
  requestUrl?: string
}

export type FeishuApp = {
  appId: string
  appSecret: string
  verificationToken: string
  encryptKey: string | undefined
  name: string
  /** The bot's own, `ou_…`. */
  openId: string
  tenantKey: string
  /** Missing: every scope. */
  scopes?: ReadonlySet<string>
  events: readonly string[]
  callbacks: readonly string[]
  requestUrl?: string
}

export const hex = (digits: number): string => randomBytes(digits / 2).toString('hex')

/** The same digits for the same words. */
export const hexOf = (words: string, digits = 32): string =>
  createHash('sha256').update(words).digest('hex').slice(0, digits)

export function createApp(options: FeishuAppOptions, tenantKey: string): FeishuApp {
  return {
    appId: options.appId ?? `cli_${hex(16)}`,
    appSecret: options.appSecret ?? hex(32),
    verificationToken: options.verificationToken ?? hex(32),
    encryptKey: 'encryptKey' in options ? options.encryptKey : hex(32),
    name: options.name ?? 'Waystation',
    openId: `ou_${hex(32)}`,
    tenantKey,
    ...(options.scopes ? { scopes: new Set(options.scopes) } : {}),
    events: options.events ?? ['im.message.receive_v1', 'im.message.recalled_v1'],
    callbacks: options.callbacks ?? ['card.action.trigger'],
    ...(options.requestUrl === undefined ? {} : { requestUrl: options.requestUrl }),
  }
}

/** One of the scopes is enough; no scope asked for is always there. */
export function has(app: FeishuApp, ...scopes: readonly string[]): boolean {
  return !app.scopes || scopes.length === 0 || scopes.some(scope => app.scopes?.has(scope))
}

/** Those that a bot like ours asks for, where an app has every scope. */
const usual = [
  'im:message.p2p_msg:readonly',
  'im:message.group_at_msg:readonly',
  'im:message:send_as_bot',
  'im:message.reactions:write_only',
  'cardkit:card:write',
]

/** As the platform lists them: 1 for what the tenant granted, 2 for what it was only asked for. */
export function scopesOf({ scopes }: FeishuApp): object[] {
  const names = scopes ? [...new Set([...usual, ...scopes])] : usual
  return names.map(name => ({
    scope_name: name,
    grant_status: !scopes || scopes.has(name) ? 1 : 2,
    scope_type: 'tenant',
  }))
}
