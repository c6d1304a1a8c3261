import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { failures } from './index.ts'

type RuleFile = { groups: { rules: { alert?: string }[] }[] }

const folder = join(import.meta.dirname, '../../../deploy/prometheus/rules')

test('every alert is brought by something', () => {
  const files = globSync('*.yml', { cwd: folder }).map(name => readFileSync(join(folder, name), 'utf8'))
  const rules = files.flatMap(text => (parse(text) as RuleFile).groups.flatMap(group => group.rules))
  const alerts = new Set(rules.flatMap(({ alert }) => alert ?? []))
  // It fires by itself, and must reach nobody.
  alerts.delete('Watchdog')
  expect([...new Set(failures.flatMap(({ tells }) => Object.keys(tells)))].toSorted()).toEqual([...alerts].toSorted())
})
