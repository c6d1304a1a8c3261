import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, readEnv, readSettings } from './config.ts'

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

test('settings are read from YAML, and a file that is none is named', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'waystation-')), 'waystation.yaml')
  const settings = z.object({ persona: z.string().default('kind') })
  expect(readSettings(settings, undefined)).toEqual({ persona: 'kind' })
  writeFileSync(file, 'persona: stern\naccess: {}\n')
  expect(readSettings(settings, file)).toEqual({ persona: 'stern' })
  writeFileSync(file, '')
  expect(readSettings(settings, file)).toEqual({ persona: 'kind' })
  writeFileSync(file, 'persona: [1')
  expect(() => readSettings(settings, file)).toThrow(file)
  expect(() => readSettings(settings, `${file}.missing`)).toThrow(ConfigError)
})
