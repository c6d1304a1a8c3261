import { callWaystation, type Station, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

type Told = {
  state: string
  verdict: string
  messages: string[]
  traceId: string
  replyIds: string[]
  entries: Entry[]
}
type Entry = { event: string; id: string; at: number; detail: Record<string, unknown> }

async function lives(station: Station, id: string): Promise<Told[]> {
  const { stdout } = await callWaystation(station.redis.env, 'trace', id, '--json')
  return JSON.parse(stdout)
}
async function life(station: Station, id: string): Promise<Told> {
  const [only, ...others] = await lives(station, id)
  if (!only || others.length > 0) throw new Error('not one life')
  return only
}
/** The trace id of the message that was received last. */
const lastTrace = ({ output }: Station): string =>
  [...output.matchAll(/"event":"message\.received".*?"traceId":"(\w+)"/g)].at(-1)?.[1] ?? ''
const events = ({ entries }: Told) => entries.map(({ event }) => event)

test('the whole life of a message is told, by each of its ids', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1, inference: 1, sender: 1 } })
  station.telegram.privateChat().say('hello')
  await station.settled()
  const told = await life(station, lastTrace(station))
  expect(told.state).toBe('delivered')
  // While it is written it may be delivered already.
  expect(events(told).filter(event => !['opened', 'part', 'delivering'].includes(event))).toEqual([
    'posted',
    'started',
    'taken',
    'committed',
    'settled',
  ])
  expect(events(told)).toContain('delivering')
  const detailOf = (event: string) => told.entries.find(one => one.event === event)?.detail
  expect(detailOf('taken')).toEqual({ by: expect.stringMatching(/^.+\/\d+$/), attempt: 1 })
  expect(detailOf('committed')).toMatchObject({
    state: 'final',
    tier: 'local',
    reason: expect.any(String),
    firstTokenAt: expect.any(Number),
  })
  expect(detailOf('settled')).toEqual({ receipt: expect.any(String) })
  const [replyId = '', messageId = ''] = [told.replyIds[0], told.messages[0]]
  expect(await life(station, replyId)).toEqual(told)
  expect(await lives(station, messageId)).toEqual([told])
  const { stdout, code } = await callWaystation(station.redis.env, 'trace', replyId)
  expect(code).toBe(0)
  expect(stdout).toContain('first_token')
  expect(stdout).not.toContain('hello')
})

test('a message that another worker took over says so, and one that waits says for whom', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
  })
  station.model.fault({ kind: 'hold' })
  station.telegram.privateChat().say('hello')
  await vi.waitUntil(() => station.model.requests.length === 1, { timeout: 30_000 })
  const traceId = lastTrace(station)
  expect(await life(station, traceId)).toMatchObject({
    state: 'under_way',
    verdict: expect.stringMatching(/^It is being answered/),
  })

  const [first] = station.of('inference')
  await first?.kill()
  await vi.waitUntil(async () => (await life(station, traceId)).state === 'stuck', { timeout: 30_000 })
  expect((await life(station, traceId)).verdict).toBe(
    'It is being answered, but no process that could go on with it runs.',
  )
  await station.start('inference')
  await station.settled()
  const told = await life(station, traceId)
  expect(told.state).toBe('delivered')
  const taken = told.entries.filter(({ event }) => event === 'taken')
  expect(taken.map(({ detail }) => detail.attempt)).toEqual([1, 2])
  expect(new Set(taken.map(({ detail }) => detail.by)).size).toBe(2)
})

test('what was put off says why and until when; what died says of what', async () => {
  await using station = await startStation()
  const { telegram } = station
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { status: 429, description: 'Too Many Requests', parameters: { retry_after: 3_000 } })
  chat.say('one')
  await vi.waitUntil(
    async () => (await lives(station, lastTrace(station)))[0]?.entries.at(-1)?.event === 'delivery_put_off',
    { timeout: 30_000 },
  )
  const waiting = await life(station, lastTrace(station))
  expect(waiting.verdict).toMatch(/^The reply is being delivered, for .*; tried again in 4\dm \d+s\.$/)

  const gone = telegram.privateChat()
  gone.say('two')
  gone.shut()
  await vi.waitUntil(async () => (await lives(station, lastTrace(station)))[0]?.state === 'dead', { timeout: 30_000 })
  expect((await life(station, lastTrace(station))).verdict).toMatch(
    /^The reply could not be delivered \(blocked_by_user\)/,
  )

  station.model.fault({ kind: 'status', status: 400 })
  telegram.privateChat().say('three')
  await vi.waitUntil(async () => (await lives(station, lastTrace(station)))[0]?.state === 'apologized', {
    timeout: 30_000,
  })
  const given = await life(station, lastTrace(station))
  await callWaystation(station.redis.env, 'dlq', 'replay', ...given.replyIds)
  await vi.waitUntil(async () => (await life(station, given.traceId)).state === 'delivered', { timeout: 30_000 })
  expect(events(await life(station, given.traceId))).toContain('replayed')
})

test('what never came is not known', async () => {
  await using station = await startStation()
  const { code, stdout } = await callWaystation(station.redis.env, 'trace', 'nothing')
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: 'Nothing is known of it: it is of more than a day ago, or never came.\n',
  })
})
