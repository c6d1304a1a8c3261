import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, readEnv } from './config.ts'

const schema = z.object({
  PORT: z.coerce.number('a port').default(3000),
  TOKEN: z.string().regex(/^\d+$/, 'digits only').optional(),
  NAME: z.string('a name'),
})

test('a variable set to nothing counts as unset', () => {
  expect(readEnv(schema, { NAME: 'x', PORT: '', TOKEN: '' })).toEqual({ NAME: 'x', PORT: 3000 })
})

test('every fault comes in one message, with what it should look like, and never the value', () => {
  const read = () => readEnv(schema, { PORT: 'abc', TOKEN: 'secret-canary' })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/PORT: a port\n {2}TOKEN: digits only\n {2}NAME: a name/)
  expect(read).not.toThrow(/canary/)
})
