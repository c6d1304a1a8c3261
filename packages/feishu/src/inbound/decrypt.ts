import { createDecipheriv, createHash } from 'node:crypto'
import { Rejected } from '@waystation/domain'

const IV_BYTES = 16

/**
 * The plaintext of `{ "encrypt": … }`: base64 of an IV and AES-256-CBC, whose key is the SHA-256 of the Encrypt Key
 * (open.feishu.cn …/event-subscription-configure-/encrypt-key-encryption-configuration-case). Throws
 * `Rejected('undecryptable')`. That it decrypts proves little: a signature must vouch for it.
 */
export function decrypt(encrypted: string, encryptKey: string): Buffer {
  const key = createHash('sha256').update(encryptKey).digest()
  const bytes = Buffer.from(encrypted, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, IV_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()])
  } catch (cause) {
    throw new Rejected('undecryptable', { cause })
  }
}
