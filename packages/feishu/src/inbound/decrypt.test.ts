import { expect, test } from 'vitest'
import { decrypt } from './decrypt.ts'

test('the example of the documentation decrypts', () => {
  // open.feishu.cn …/event-subscription-configure-/encrypt-key-encryption-configuration-case
  const encrypted = 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk='
  expect(decrypt(encrypted, 'test key').toString()).toBe('hello world')
})

test.each(['', 'AAAA', '?', 'P37w+VZImNgPEO1RBhJ6Rg==', 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzgg=='])(
  '%j does not decrypt',
  encrypted => {
    expect(() => decrypt(encrypted, 'test key')).toThrow(expect.objectContaining({ reason: 'undecryptable' }))
  },
)
