import type { FeishuApp } from './apps.ts'
import { encrypt, signatureOf } from './crypt.ts'
import type { PostOptions, WebhookAnswer, WebhookClient } from './webhook-client.ts'

/** An event or callback is to be answered within 3 s, a challenge within one. */
export const ANSWERED_WITHIN_MS = 3000
const CHALLENGE_WITHIN_MS = 1000

export type SealOptions = {
  /** Whether the body is encrypted; default: if the app has an Encrypt Key. */
  encrypted?: boolean
  /** The signature over the bytes that are posted; default `right` if the app has an Encrypt Key. */
  sign?: 'right' | 'wrong' | 'none'
}

/** A body as it is posted for an app, new at every attempt: with a fresh IV, nonce and timestamp. */
export function seal(plain: string | Buffer, { encryptKey }: FeishuApp, options: SealOptions = {}) {
  const { encrypted = encryptKey !== undefined, sign = encryptKey === undefined ? 'none' : 'right' } = options
  const key = encryptKey ?? ''
  const body = encrypted ? JSON.stringify({ encrypt: encrypt(plain, key) }) : plain
  const headers = sign === 'none' ? {} : signatureOf(body, sign === 'right' ? key : `not ${key}`)
  return { body, headers }
}

/** The way by which events are posted to the bot. */
export function createWebhook(client: WebhookClient) {
  /** Rejects when no answer comes in time. */
  const post = (app: FeishuApp, plain: string): Promise<WebhookAnswer> =>
    client.post({ ...seal(plain, app), withinMs: ANSWERED_WITHIN_MS })

  /** The question that is asked when the address is entered in the console; it is never signed. */
  function challenge(app: FeishuApp, challenge: string, token: string, encrypted?: boolean): Promise<WebhookAnswer> {
    const plain = JSON.stringify({ challenge, token, type: 'url_verification' })
    const sealed = seal(plain, app, { sign: 'none', ...(encrypted === undefined ? {} : { encrypted }) })
    return client.post({ ...sealed, withinMs: CHALLENGE_WITHIN_MS })
  }

  const raw = (options: Omit<PostOptions, 'withinMs'>): Promise<WebhookAnswer> =>
    client.post({ ...options, withinMs: ANSWERED_WITHIN_MS })

  return { post, challenge, raw, close: client.close }
}
