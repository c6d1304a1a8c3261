import { alertmanagerGroup } from '@waystation/testing'
import { expect, test } from 'vitest'
import { readNotice } from './notice.ts'
import { cut } from './text.ts'

const notice = (group: object) => readNotice(Buffer.from(JSON.stringify(group)), 0)

test('what is too long is cut between two characters, wherever the limit falls', () => {
  const text = 'a警é🚒'.repeat(20)
  for (let most = 3; most < Buffer.byteLength(text); most += 1) {
    const shown = cut(text, most)
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(most)
    // The mark takes three bytes, and a character of four may just not fit.
    expect(Buffer.byteLength(shown)).toBeGreaterThan(most - 4)
    expect(text.startsWith(shown.slice(0, -1))).toBe(true)
    expect(shown.endsWith('…')).toBe(true)
    expect(shown.isWellFormed()).toBe(true)
  }
  expect(cut(text, Buffer.byteLength(text))).toBe(text)
})

test('a notice tells what fires first, its labels, since when, and what to do', () => {
  const { title, text } = notice(
    alertmanagerGroup(
      { instance: 'web-1', status: 'resolved', startsAt: '2026-01-01T08:00:00.352866221Z' },
      { instance: 'web-2', annotations: { description: 'It is 93 %.', runbook_url: 'https://wiki/cpu' } },
    ),
  )
  expect(title).toBe('[FIRING] HighCpu')
  expect(text).toBe(
    `● CPU of web-2 above 85 %
It is 93 %.
instance=web-2
since 2026-01-01T08:00:00Z
https://wiki/cpu

✓ CPU of web-1 above 85 %
instance=web-1
since 2026-01-01T08:00:00Z

http://alertmanager:9093`,
  )
  expect(notice(alertmanagerGroup({ status: 'resolved' })).title).toBe('[RESOLVED] HighCpu (critical)')
  expect(notice(alertmanagerGroup({}, { instance: 'web-2' })).title).toBe('[FIRING ×2] HighCpu')
})

test('a notice has the same id as long as it says the same, in whatever order', () => {
  const [one, two] = [{ instance: 'web-1' }, { instance: 'web-2' }]
  const id = notice(alertmanagerGroup(one, two)).id
  expect(notice(alertmanagerGroup(two, one)).id).toBe(id)
  const others = [
    [one],
    [one, { ...two, status: 'resolved' as const }],
    [one, { ...two, startsAt: '2026-01-01T09:00:00Z' }],
    [
      { ...one, name: 'Other' },
      { ...two, name: 'Other' },
    ],
  ]
  const ids = others.map(alerts => notice(alertmanagerGroup(...alerts)).id)
  expect(new Set([id, ...ids]).size).toBe(5)
})

test('control characters and halves of a character are left out', () => {
  const { title, text } = notice(
    alertmanagerGroup({ name: 'Two\nlines\ud800', annotations: { summary: 'bell\u0007 \u001b[31m' } }),
  )
  expect(title).toBe('[FIRING] Two lines\ufffd (critical)')
  expect(text).toContain('● bell   [31m\n')
})
