import { type Station, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { openSession, say } from './web-session.ts'

const [FIRST, ALL] = [100, 10_000]
/** As many as are under way at once. */
const WAVE = 500
/** What happens to one in thousands, a retry perhaps, adds a few. A label for each conversation would add 9,900. */
const MOST_NEW = 10
/** Of the channels there are three, of reasons and outcomes a dozen. */
const MOST_VALUES = 20

type Labels = Record<string, string>

test('after 10,000 conversations the labels at /metrics have few values, and none of these is an id', {
  timeout: 240_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-feishu': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    feishu: {},
  })
  await write(station, 0, FIRST)
  const before = await seriesOf(station)
  await write(station, FIRST, ALL)
  const after = await seriesOf(station)
  const conversations = idsOf(station.output, 'conversation')
  expect(conversations.size).toBe(ALL)

  const grown = [...after].filter(([metric, series]) => series.size - (before.get(metric)?.size ?? 0) > MOST_NEW)
  expect(grown).toEqual([])

  const values = new Map<string, Set<string>>()
  for (const [metric, series] of after)
    for (const labels of series.values())
      for (const [label, value] of Object.entries(labels)) {
        const of = `${metric} ${label}`
        values.set(of, (values.get(of) ?? new Set()).add(value))
      }
  expect([...values].filter(([, ofLabel]) => ofLabel.size > MOST_VALUES)).toEqual([])

  const people = [...conversations].map(id => id.split('.').at(-1) ?? '')
  const ids = [...conversations, ...people, ...idsOf(station.output, 'traceId'), ...idsOf(station.output, 'replyId')]
  const told = new Set([...values.values()].flatMap(ofLabel => [...ofLabel]))
  expect(told).toContain('telegram')
  expect([...told].filter(value => ids.some(id => value.includes(id)))).toEqual([])
})

/** Each begins a conversation of its own: on every channel, with questions, commands and updates that nobody else sends. */
async function write(station: Station, from: number, to: number): Promise<void> {
  const { telegram, feishu, web } = station
  for (let first = from; first < to; first += WAVE) {
    const wave = Array.from({ length: Math.min(WAVE, to - first) }, (_, index) => first + index)
    await Promise.all(
      wave.map(async number => {
        if (number % 10 === 0) return void (await say(await openSession(web), `${number}: hello`))
        if (number % 20 === 1) return void feishu.p2p().say(`${number}: hello`)
        const chat = telegram.privateChat({ name: `Person ${number}`, language: `x${number}` })
        chat.say(['hello', `/odd${number}`, `@pro ${number}`, `/model odd${number}`][number % 4] ?? '')
      }),
    )
    const odd = { update_id: 900_000_000 + first, [`odd${first}`]: {} }
    await telegram.deliver(Buffer.from(JSON.stringify(odd)))
    feishu.push({ type: `odd${first}`, event: {} })
    await station.settled()
  }
}

/** By metric, what all processes together tell apart. A histogram's buckets are always the same, and count as one. */
async function seriesOf({ processes }: Station): Promise<Map<string, Map<string, Labels>>> {
  const pages = await Promise.all(processes.map(async ({ origin }) => (await fetch(`${origin}/metrics`)).text()))
  const all = new Map<string, Map<string, Labels>>()
  for (const line of pages.join('\n').split('\n')) {
    const [, metric, list = ''] = /^(\w+)(?:\{(.*)\})? \S+$/.exec(line) ?? []
    if (metric === undefined) continue
    const pairs = Array.from(list.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, name = '', value = '']) => [name, value])
    const { le, ...labels }: Labels = Object.fromEntries(pairs)
    all.set(metric, (all.get(metric) ?? new Map()).set(JSON.stringify(labels), labels))
  }
  return all
}

const idsOf = (output: string, field: string) =>
  new Set(Array.from(output.matchAll(new RegExp(`"${field}":"([^"]+)"`, 'g')), ([, id = '']) => id))
