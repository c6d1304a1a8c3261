import { callWaystation, type Station, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const ask = (station: Pick<Station, 'redis'>, ...words: string[]) =>
  callWaystation(station.redis.env, 'conversations', ...words)
const askJson = async (station: Pick<Station, 'redis'>, ...words: string[]) =>
  JSON.parse((await ask(station, ...words, '--json')).stdout)
const WITHIN = { timeout: 30_000 }

test('a blocked conversation is refused at the door and counted; what was accepted before is answered', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const [chat, other] = [telegram.privateChat(), telegram.privateChat()]
  const id = `telegram.${telegram.bot.id}.${chat.id}`
  const refused = async () =>
    (await station.metrics()).sum('waystation_messages_rejected_total', { channel: 'telegram', reason: 'blocked' })
  model.fault({ kind: 'manner', durationMs: 3_000 })
  chat.say('one')
  await vi.waitUntil(() => model.requests.length === 1, WITHIN)
  const waiting = chat.say('two')
  await vi.waitUntil(async () => (await station.metrics()).sum('waystation_messages_received_total') === 2, WITHIN)

  expect((await ask(station, 'block', id)).stdout).toMatch(/^1 of 1 blocked now\./)
  expect((await ask(station, 'block', id)).stdout).toMatch(/^0 of 1 blocked now\./)
  chat.say('three')
  chat.say('two, edited', { edit: waiting.message?.message_id ?? 0 })
  // What a platform repeats was taken before.
  expect(await telegram.deliver(waiting)).toEqual([200])
  other.say('hello')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: one', 're: two'])
  expect(telegram.texts(other)).toEqual(['re: hello'])
  expect(await refused()).toBe(2)
  expect(await askJson(station, 'list', '--blocked')).toMatchObject([
    { conversation: id, blockedAt: expect.any(String) },
  ])

  expect((await ask(station, 'unblock', id)).stdout).toMatch(/^1 of 1 unblocked\./)
  chat.say('four')
  await station.settled()
  expect(telegram.texts(chat).at(-1)).toBe('re: four')
  expect(await refused()).toBe(2)
  expect(await askJson(station, 'list', '--blocked')).toEqual([])
})

test('who presses a button in a blocked conversation is told as one who is not allowed', async () => {
  await using station = await startStation({ telegram: 'none', feishu: {} })
  const { feishu, model } = station
  const group = feishu.group()
  group.say('hello')
  await station.settled()
  await ask(station, 'block', `feishu.${feishu.app.appId}.${group.id}`)
  const [answer] = feishu.sent
  for (const button of answer?.buttons ?? []) {
    const { toast } = await feishu.press(answer?.messageId ?? '', button)
    expect({ button, toast }).toMatchObject({ button, toast: { type: 'warning', content: 'You may not use this bot' } })
  }
  await station.settled()
  expect(answer?.buttons).toHaveLength(4)
  expect(model.requests).toHaveLength(1)
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_votes_total')).toBe(0)
  expect(metrics.sum('waystation_messages_rejected_total', { reason: 'blocked' })).toBe(4)
})

test('the page of a blocked conversation answers as to one who is not allowed', async () => {
  await using station = await startStation({ telegram: 'none' })
  const page = await fetch(`${station.web}/`)
  const cookie = page.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const post = (text: string, id = crypto.randomUUID()) =>
    fetch(`${station.web}/api/messages`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ id, text }),
    })
  const accepted = crypto.randomUUID()
  expect((await post('hello', accepted)).status).toBe(202)
  await station.settled()
  const [{ conversation }] = await askJson(station, 'list', '--channel', 'web')
  await ask(station, 'block', conversation)
  const refused = await post('hello again')
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ error: 'not_allowed' })
  // A page that did not hear of its being taken asks again.
  expect((await post('hello', accepted)).status).toBe(202)
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_messages_rejected_total')).toBe(1)
  expect(metrics.sum('waystation_messages_rejected_total', { channel: 'web', reason: 'blocked' })).toBe(1)
})
