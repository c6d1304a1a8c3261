import { createCipheriv, createHash, randomBytes } from 'node:crypto'

/** base64 of the IV and AES-256-CBC under the SHA-256 of the Encrypt Key. */
export function encrypt(plain: string | Buffer, encryptKey: string): string {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(encryptKey).digest(), iv)
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]).toString('base64')
}

/** The headers that come with a body: a plain hash over its bytes, no HMAC. */
export function signatureOf(body: string | Buffer, encryptKey: string): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = randomBytes(8).toString('hex')
  const hash = createHash('sha256').update(timestamp + nonce + encryptKey)
  return {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': hash.update(body).digest('hex'),
  }
}
