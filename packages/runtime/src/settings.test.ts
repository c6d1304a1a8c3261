import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { ConfigError } from './config.ts'
import { readSettings, watchSettings } from './settings.ts'

const schema = z.strictObject({
  persona: z.string().default('kind'),
  rules: z.array(z.strictObject({ name: z.string('a name'), tier: z.enum(['local', 'commercial']) })).default([]),
})

const aFile = (text: string): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'waystation-')), 'waystation.yaml')
  writeFileSync(file, text)
  return file
}

test('settings are read from YAML; what is left out is as usual', () => {
  expect(readSettings(schema, undefined)).toEqual({ persona: 'kind', rules: [] })
  expect(readSettings(schema, aFile(''))).toEqual({ persona: 'kind', rules: [] })
  expect(readSettings(schema, aFile('persona: stern\n'))).toMatchObject({ persona: 'stern' })
})

test('every fault is told with its line, and the setting as it is written', () => {
  const file = aFile('persona: stern\nrules:\n  - name: a\n    tier: outer\n  - tier: local\npersonna: x\n')
  const read = () => readSettings(schema, file)
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(
    /line 4, rules\.0\.tier: .*\n {2}line 5, rules\.1\.name: a name\n {2}line 6, personna: there is no such/,
  )
})

test.each([
  ['rules: [1', /line 1: no YAML/],
  ['a: 1\na: 2\n', /line 2: no YAML/],
  ['- x', /line 1, \(top\)/],
])('%j is refused', (text, expected) => {
  expect(() => readSettings(schema, aFile(text))).toThrow(expected)
})

test('a file that is missing is named', () => {
  expect(() => readSettings(schema, '/nowhere/waystation.yaml')).toThrow(
    '/nowhere/waystation.yaml: cannot be read (ENOENT)',
  )
  expect(() => readSettings(schema, '/dev/zero')).toThrow('/dev/zero: cannot be read (EFBIG)')
  const long = 'x'.repeat(1024 * 1024)
  expect(readSettings(schema, aFile(`persona: 界${long}`)).persona).toBe(`界${long}`)
})

test('a file that changes is used at once, and one that is wrong changes nothing', async () => {
  const file = aFile('persona: one')
  const used: string[] = []
  const faults: unknown[] = []
  const end = watchSettings(schema, file, {
    use: ({ persona }) => used.push(persona),
    keep: fault => faults.push(fault),
  })
  onTestFinished(end)
  const replace = (text: string) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  }
  replace('persona: two')
  await vi.waitUntil(() => used.length === 1, { timeout: 10_000 })
  replace('persona: [')
  await vi.waitUntil(() => faults.length === 1, { timeout: 10_000 })
  rmSync(file)
  await vi.waitUntil(() => faults.length === 2, { timeout: 10_000 })
  replace('persona: two')
  await vi.waitUntil(() => used.length === 2, { timeout: 10_000 })
  expect(used).toEqual(['two', 'two'])
  expect(faults).toEqual([expect.any(ConfigError), expect.any(ConfigError)])
})
