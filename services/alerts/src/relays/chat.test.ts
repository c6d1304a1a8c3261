import { createBells, createOutbox, keysOf } from '@waystation/mailbox'
import { close, connect, startTestCluster } from '@waystation/redis'
import { alertmanagerGroup, startAlerts, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { createBox } from '../box/box.ts'
import { readNotice } from '../notice.ts'
import { createChat } from './chat.ts'

const WITHIN = { timeout: 45_000, interval: 50 }
const firing = '[FIRING] HighCpu (critical)'
const resolved = '[RESOLVED] HighCpu (critical)'
const title = (text: string) => text.split('\n')[0]
/** What Feishu shows of its markdown, as far as alerts have any. */
const shown = (markdown: string) =>
  markdown
    .replaceAll('**', '')
    .replaceAll(/\[(https?:[^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))

test('an alert is told once in a chat of each platform, and so is its end', async () => {
  await using station = await startStation({ feishu: {} })
  const { telegram, feishu } = station
  const [person, group, topic] = [telegram.privateChat(), telegram.group(), telegram.forum().topic('Alerts')]
  const team = feishu.group()
  const bot = `telegram.${telegram.bot.id}`
  const receivers = {
    person: { kind: 'chat', conversation: `${bot}.${person.id}` },
    group: { kind: 'chat', conversation: `${bot}.${group.id}` },
    topic: { kind: 'chat', conversation: `${bot}.${topic.id}.${topic.thread}` },
    team: { kind: 'chat', conversation: `feishu.${feishu.app.appId}.${team.id}` },
  }
  await using alerts = await startAlerts({ redisUrl: station.redis.url, receivers })
  const annotations = {
    summary: 'load_1 of *web_1* > 9 & <b>rising</b> <at id=all></at>',
    description: '    1. see https://wiki.example.com/_cpu_(1), `top` [x](y)\n---\n# not a heading',
  }
  for (const receiver of Object.keys(receivers)) {
    for (const status of ['firing', 'firing', 'resolved'] as const)
      expect(await alerts.post(receiver, alertmanagerGroup({ status, annotations }))).toBe(200)
    await alerts.waiting(receiver, 0)
  }
  await station.settled()
  const chats = [telegram.texts(person), telegram.texts(group), telegram.texts(topic), feishu.texts(team).map(shown)]
  for (const texts of chats) expect(texts.map(title)).toEqual([firing, resolved])
  for (const [told] of [telegram.texts(person), feishu.texts(team).map(shown)]) {
    expect(told).toContain(`● ${annotations.summary}\n`)
    expect(told).toContain(
      '\n1. see https://wiki.example.com/_cpu_(1), `top` [x](y)\n---\n# not a heading\ninstance=web-1\nsince 2026-01-01T08:00:00Z\n',
    )
  }
  expect(telegram.sent.map(({ replyTo }) => replyTo)).toEqual(Array(6).fill(undefined))
  expect(JSON.stringify(feishu.sent)).not.toContain('Regenerate')
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_replies_delivered_total', { outcome: 'told' })).toBe(8)
  expect(metrics.sum('waystation_stage_seconds_count', { stage: 'delivered' })).toBe(0)

  person.say('hi')
  await station.settled()
  expect(telegram.texts(person).at(-1)).toBe('re: hi')
  expect(JSON.stringify(station.model.requests)).not.toContain('HighCpu')
})

test('an alert waits for the answer that is under way, and the next question for the alert', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  const conversation = `telegram.${telegram.bot.id}.${chat.id}`
  await using alerts = await startAlerts({
    redisUrl: station.redis.url,
    receivers: { chat: { kind: 'chat', conversation } },
  })
  model.fault({ kind: 'manner', durationMs: 4_000 })
  chat.say('first')
  await vi.waitFor(() => expect(telegram.drafts).not.toEqual([]), WITHIN)
  await alerts.post('chat', alertmanagerGroup())
  await alerts.waiting('chat', 0)
  chat.say('second')
  await station.settled()
  expect(telegram.texts(chat).map(title)).toEqual(['re: first', firing, 're: second'])
})

test('what was in the outbox when its process died is not put there again, not even after it arrived', async () => {
  await using station = await startStation()
  const { telegram } = station
  const chat = telegram.privateChat()
  const config = { kind: 'chat', conversation: `telegram.${telegram.bot.id}.${chat.id}` } as const
  const redis = await connect(station.redis.url, 'commands')
  const box = createBox(redis)
  const bells = createBells('outbox', redis)
  const relay = createChat('chat', config, { outbox: createOutbox(redis), bells })
  const notice = readNotice(Buffer.from(JSON.stringify(alertmanagerGroup())), Date.now())
  await box.post('chat', notice)
  const delivery = await box.take('chat')
  if (!delivery) return expect.unreachable()
  await box.begin(delivery, relay.limits)
  await relay.send(notice)
  await station.settled()
  expect(telegram.texts(chat).map(title)).toEqual([firing])
  // Here it died. What it noted stays for a day at least, and not for ever.
  const [told = ''] = await redis.keys(keysOf(config.conversation).told('*'))
  expect(await redis.pttl(told)).toBeGreaterThan(24 * 60 * 60 * 1000)

  await using alerts = await startAlerts({ redisUrl: station.redis.url, receivers: { chat: config } })
  await alerts.waiting('chat', 0)
  await alerts.counted('chat', 'delivered', 1)
  await alerts.counted('chat', 'doubtful', 0)
  // A reminder has the same id, and comes when the box has forgotten it.
  await redis.del('waystation:{alerts.chat}:settled')
  await alerts.post('chat', alertmanagerGroup())
  await alerts.waiting('chat', 0)
  await station.settled()
  expect(telegram.texts(chat).map(title)).toEqual([firing, firing])
  await bells.close()
  await close(redis)
})

test('while its process is killed, on a Cluster, each alert is told once, in order', async () => {
  const third = Promise.withResolvers<void>()
  await using station = await startStation({
    redis: startTestCluster,
    telegram: { onSent: ({ text }) => text.includes('Alert2') && third.resolve() },
  })
  const { telegram } = station
  const chat = telegram.privateChat()
  const settings = {
    redisUrl: '',
    env: station.redis.env,
    receivers: { chat: { kind: 'chat', conversation: `telegram.${telegram.bot.id}.${chat.id}` } },
  }
  const names = Array.from({ length: 12 }, (_, i) => `Alert${i}`)
  await using first = await startAlerts(settings)
  void third.promise.then(() => first.kill())
  for (const name of names) await first.post('chat', alertmanagerGroup({ name })).catch(() => {})
  await first.exited
  await using second = await startAlerts(settings)
  for (const name of names) await second.post('chat', alertmanagerGroup({ name }))
  await second.waiting('chat', 0)
  await station.settled()
  expect(second.output()).not.toMatch(/CROSSSLOT|non local key|same slot/)
  expect(telegram.texts(chat).map(title)).toEqual(names.map(name => `[FIRING] ${name} (critical)`))
}, 90_000)

test('100 KB of alerts arrive in parts, as much of them as any receiver is told', async () => {
  await using station = await startStation({ feishu: {} })
  const { telegram, feishu } = station
  const [chat, team] = [telegram.group(), feishu.group()]
  await using alerts = await startAlerts({
    redisUrl: station.redis.url,
    receivers: {
      telegram: { kind: 'chat', conversation: `telegram.${telegram.bot.id}.${chat.id}` },
      feishu: { kind: 'chat', conversation: `feishu.${feishu.app.appId}.${team.id}` },
    },
  })
  const lines = Array.from({ length: 6_000 }, (_, line) => `line_${line} of *many*`)
  const description = lines.join('\n')
  expect(Buffer.byteLength(description)).toBeGreaterThan(100_000)
  for (const receiver of ['telegram', 'feishu'])
    expect(await alerts.post(receiver, alertmanagerGroup({ annotations: { description } }))).toBe(200)
  for (const receiver of ['telegram', 'feishu']) await alerts.waiting(receiver, 0)
  await station.settled()
  for (const texts of [telegram.texts(chat), feishu.texts(team).map(shown)]) {
    expect(texts.length).toBeGreaterThan(1)
    const told = texts.join('\n').split('\n')
    expect(told[0]).toBe(firing)
    expect(told.at(-1)).toMatch(/…$/)
    const whole = told.filter(line => line.startsWith('line_')).slice(0, -1)
    expect(whole).toEqual(lines.slice(0, whole.length))
    expect(whole.length).toBeGreaterThan(600)
  }
})

test('a chat that refuses has a dead letter, and holds up no other', async () => {
  await using station = await startStation()
  const { telegram } = station
  const [left, stays] = [telegram.group(), telegram.group()]
  left.shut()
  const bot = `telegram.${telegram.bot.id}`
  await using alerts = await startAlerts({
    redisUrl: station.redis.url,
    receivers: {
      left: { kind: 'chat', conversation: `${bot}.${left.id}` },
      stays: { kind: 'chat', conversation: `${bot}.${stays.id}` },
    },
  })
  for (const receiver of ['left', 'stays']) await alerts.post(receiver, alertmanagerGroup())
  for (const receiver of ['left', 'stays']) await alerts.waiting(receiver, 0)
  await station.settled()
  expect(telegram.texts(stays).map(title)).toEqual([firing])
  expect((await station.metrics()).sum('waystation_dead_letters_total', { kind: 'reply' })).toBe(1)
})
