import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, readEnv, readVariable } from './config.ts'

const schema = z.object({
  PORT: z.coerce.number('a port').default(3000),
  TOKEN: z.string().regex(/^\d+$/, 'digits only').optional(),
  NAME: z.string('a name'),
})

test('a variable set to nothing counts as unset', () => {
  expect(readEnv(schema, { NAME: 'x', PORT: '', TOKEN: '' })).toEqual({ NAME: 'x', PORT: 3000 })
  expect(readVariable({ KEY: '', KEY_FILE: '' }, 'KEY')).toBeUndefined()
})

test('every fault comes in one message, with what it should look like, and never the value', () => {
  const read = () => readEnv(schema, { PORT: 'abc', TOKEN: 'secret-canary' })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(/PORT: a port\n {2}TOKEN: digits only\n {2}NAME: a name/)
  expect(read).not.toThrow(/canary/)
})

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'variable-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'value'), content)
  return join(folder, 'value')
}

test('a variable may be a file, whose last line break does not count', () => {
  const env = { NAME_FILE: fileOf(' two words \r\n'), TOKEN_FILE: fileOf('12'), PORT: '80', PORT_FILE: '' }
  expect(readEnv(schema, env)).toEqual({ NAME: ' two words ', TOKEN: '12', PORT: 80 })
  expect(readVariable({ KEY_FILE: fileOf('first\nsecond\n') }, 'KEY')).toBe('first\nsecond')
})

test('files that no variable of ours names are let alone', () => {
  expect(readEnv(schema, { NAME: 'x', SSL_CERT_FILE: '/nowhere', NAME_FILE_FILE: '/nowhere' }).NAME).toBe('x')
})

test('what is wrong with files is told beside all other faults, once each, without path or content', () => {
  const read = () =>
    readEnv(schema, { NAME_FILE: '/secret-canary', TOKEN: '1', TOKEN_FILE: fileOf('secret-canary'), PORT: 'abc' })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(
    [
      'Please correct in the environment:',
      '  TOKEN: is set, and so is TOKEN_FILE; unset one of them',
      '  NAME_FILE: the path of a file that this process may read (ENOENT)',
      '  PORT: a port',
    ].join('\n'),
  )
  expect(read).not.toThrow(/canary|expected/)
  const wrong = () => readEnv(schema, { NAME_FILE: fileOf('\n'), TOKEN_FILE: fileOf('secret-canary') })
  expect(wrong).toThrow('  NAME_FILE: the file is empty; write the value of NAME into it\n  TOKEN: digits only')
  expect(wrong).not.toThrow(/canary/)
})
