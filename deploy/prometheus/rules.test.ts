import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

type Alert = {
  alert: string
  for: string
  labels: { severity: string }
  annotations: { summary: string; runbook: string }
}
type RuleFile = { groups: { rules: (Alert | { record: string })[] }[] }
type TestFile = { tests: { alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[] }[] }

const alerts = readAll<RuleFile>('rules')
  .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
  .flatMap(rule => ('alert' in rule ? [rule] : []))
const looks = readAll<TestFile>('tests').flatMap(({ tests }) => tests.flatMap(one => one.alert_rule_test ?? []))

test.each(alerts)('$alert says for how long, how bad it is, and what it is', alert => {
  expect(alert.for).toMatch(/^\d+[smh]$/)
  expect(['critical', 'warning', 'none']).toContain(alert.labels.severity)
  expect(alert.annotations.summary).not.toBe('')
})

test.each(alerts)('$alert is tested when it fires and when it is silent', ({ alert: name }) => {
  const times = looks.filter(({ alertname }) => alertname === name)
  expect(times.some(({ exp_alerts }) => exp_alerts !== undefined)).toBe(true)
  // The watchdog is never silent.
  expect(times.some(({ exp_alerts }) => exp_alerts === undefined)).toBe(name !== 'Watchdog')
})

test.each(alerts)('$alert has a runbook, in both languages', ({ alert: name, annotations }) => {
  const [file = '', anchor] = annotations.runbook.split('#')
  expect(anchor).toBe(name.toLowerCase())
  expect(headingsOf(file)).toContain(name)
  expect(headingsOf(file.replace('.md', '.zh-CN.md'))).toContain(name)
})

const headingsOf = (file: string) =>
  readFileSync(join(import.meta.dirname, '../..', file), 'utf8').match(/(?<=^### ).+$/gm) ?? []

function readAll<File>(folder: string): File[] {
  const path = join(import.meta.dirname, folder)
  return readdirSync(path).map(name => parse(readFileSync(join(path, name), 'utf8')))
}
