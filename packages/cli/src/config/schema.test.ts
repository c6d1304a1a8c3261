import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { settings } from '@waystation/inference/settings'
import { readSettings } from '@waystation/runtime'
import { callWaystation } from '@waystation/testing'
import { expect, test } from 'vitest'

const SCHEMA = new URL('../../../../docs/waystation.schema.json', import.meta.url)
const CONFIGURATION = new URL('../../../../docs/configuration.md', import.meta.url)

/** As far as it is looked at here. */
type Schema = {
  description?: string
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
}

const schema = (): Schema => JSON.parse(readFileSync(SCHEMA, 'utf8'))

test('the schema for editors says what the settings are; `npm run schema` writes it anew', async () => {
  const kept = readFileSync(SCHEMA, 'utf8')
  expect(await callWaystation({}, 'config', 'schema')).toEqual({ code: 0, stdout: kept, stderr: '' })
  expect((await callWaystation({}, 'config', 'schema', '--json')).stdout).toBe(kept)
})

test('editors are told what every key is for', () => {
  const undescribed = ({ properties = {}, additionalProperties, items }: Schema, path: string): string[] => [
    ...Object.entries(properties).flatMap(([name, value]) => [
      ...(value.description ? [] : [`${path}${name}`]),
      ...undescribed(value, `${path}${name}.`),
    ]),
    ...(typeof additionalProperties === 'object' ? undescribed(additionalProperties, `${path}*.`) : []),
    ...(items ? undescribed(items, `${path}*.`) : []),
  ]
  expect(undescribed(schema(), '')).toEqual([])
})

test('the example of docs/configuration.md has every section, and none of it is wrong', () => {
  const [, example = ''] = /```yaml\n(.*?)```/s.exec(readFileSync(CONFIGURATION, 'utf8')) ?? []
  const file = join(mkdtempSync(join(tmpdir(), 'waystation-')), 'waystation.yaml')
  writeFileSync(file, example)
  expect(() => readSettings(settings, file)).not.toThrow()
  for (const section of Object.keys(settings.shape)) expect(example).toMatch(new RegExp(`^${section}:`, 'm'))
})
