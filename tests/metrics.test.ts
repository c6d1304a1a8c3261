import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { openSession, say } from './web-session.ts'

/** What `GET /metrics` shows of every station, each with labels that a day of small troubles gives it. */
const expected: [name: string, labels: Record<string, string>][] = [
  ['messages_received_total', { channel: 'telegram' }],
  ['messages_received_total', { channel: 'web' }],
  ['messages_duplicated_total', { channel: 'telegram' }],
  ['messages_rejected_total', { channel: 'telegram', reason: 'not_json' }],
  ['messages_rejected_total', { channel: 'web', reason: 'unauthenticated' }],
  ['turns_total', { outcome: 'answered' }],
  ['turns_total', { outcome: 'command' }],
  ['turns_total', { outcome: 'failed' }],
  ['turns_total', { outcome: 'put_off' }],
  ['stage_seconds_count', { stage: 'taken' }],
  ['stage_seconds_count', { stage: 'first_token' }],
  ['stage_seconds_count', { stage: 'committed' }],
  ['stage_seconds_count', { stage: 'delivered' }],
  ['replies_delivered_total', { channel: 'telegram', outcome: 'final' }],
  ['replies_delivered_total', { channel: 'telegram', outcome: 'failed' }],
  ['parts_total', { channel: 'telegram', outcome: 'sent' }],
  ['parts_total', { channel: 'telegram', outcome: 'failed' }],
  ['retries_total', { stage: 'turn' }],
  ['retries_total', { stage: 'delivery' }],
  ['dead_letters_total', { kind: 'turn' }],
  ['dead_letters_total', { kind: 'reply' }],
  ['dead_letters_depth', {}],
  ['nodejs_eventloop_lag_p99_seconds', {}],
  ['build_info', { version: '1.2.3', revision: 'abc' }],
]

test('what happens in a station can be read at /metrics', async () => {
  await using station = await startStation({ env: { WAYSTATION_VERSION: '1.2.3', WAYSTATION_REVISION: 'abc' } })
  const { telegram, model } = station
  const chat = telegram.privateChat()
  const ask = async (text: string) => {
    const update = chat.say(text)
    await station.settled()
    return update
  }
  const update = await ask('hello')
  await telegram.deliver(update)
  await telegram.deliver(Buffer.from('{'))
  const session = await openSession(station.web)
  await say(session, 'hello')
  await say({ ...session, cookie: '' }, 'hello')
  await ask('/help')
  model.fault({ kind: 'status', status: 500 })
  telegram.fault('sendMessage', { status: 500 })
  await ask('once more')
  model.fault({ kind: 'status', status: 400 })
  await ask('never')
  telegram.fault('sendMessage', { status: 403, description: 'Forbidden: bot was blocked by the user' })
  await ask('to nobody')
  const missing = async () => {
    const metrics = await station.metrics()
    return expected.filter(([name, labels]) => !(metrics.sum(`waystation_${name}`, labels) > 0))
  }
  await expect.poll(missing, SOON).toEqual([])
})

/** What waits is counted every few seconds. */
const SOON = { timeout: 30_000 }

test('what waits is counted, with its age, until it waits no more', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const gauges = async () => {
    const { sum } = await station.metrics()
    const boxes = ['inbox', 'outbox'].map(box => ({
      depth: sum(`waystation_${box}_depth`),
      conversations: sum(`waystation_${box}_conversations`),
      waits: sum(`waystation_${box}_oldest_seconds`) > 0,
    }))
    return boxes
  }
  const none = { depth: 0, conversations: 0, waits: false }
  const heal = telegram.fault('sendMessage', { status: 500 }, { times: Infinity })
  const [first, second] = [telegram.privateChat(), telegram.privateChat()]
  first.say('hello')
  await vi.waitUntil(() => telegram.calls.some(({ status }) => status === 500), { timeout: 30_000 })
  const wake = model.fault({ kind: 'hold', afterChunks: 0 })
  second.say('good morning')
  await vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  // The second one's reply is open after a second without a word.
  await expect.poll(gauges, SOON).toEqual([
    { depth: 1, conversations: 1, waits: true },
    { depth: 2, conversations: 2, waits: true },
  ])
  second.say('/stop')
  wake()
  heal()
  await station.settled()
  await expect.poll(gauges, SOON).toEqual([none, none])
})
