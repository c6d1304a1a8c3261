import { createMemory } from '@waystation/conversations'
import { keysOf } from '@waystation/mailbox'
import { close, connect, redisConfig, startTestCluster, startTestRedis } from '@waystation/redis'
import { readEnv } from '@waystation/runtime'
import { callWaystation, type Station, startStation } from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

const ask = (station: Pick<Station, 'redis'>, ...words: string[]) =>
  callWaystation(station.redis.env, 'conversations', ...words)
const askJson = async (station: Pick<Station, 'redis'>, ...words: string[]) =>
  JSON.parse((await ask(station, ...words, '--json')).stdout)
const WITHIN = { timeout: 30_000 }

/** What a model was given to read last, without the system prompt. */
const lastPrompt = ({ model }: Station) =>
  model.requests
    .at(-1)
    ?.messages.slice(1)
    .map(({ content }) => content)

test('conversations are listed, the latest first, with what is kept of them and not what was said', async () => {
  await using station = await startStation({ feishu: {}, settings: { personas: { pirate: { prompt: 'Arr!' } } } })
  const { telegram, feishu, model } = station
  expect(await ask(station, 'list')).toEqual({ code: 0, stdout: 'There are no such conversations.\n', stderr: '' })
  const [chat, group] = [telegram.privateChat(), feishu.group()]
  for (const text of ['a secret question', '/persona pirate', '/model local', 'another one']) {
    chat.say(text)
    await station.settled()
  }
  model.fault({ kind: 'status', status: 400 })
  group.say('hello')
  await station.settled()
  const [telegramId, feishuId] = [
    `telegram.${telegram.bot.id}.${chat.id}`,
    `feishu.${feishu.app.appId}.${group.id}`,
  ] as const

  const listed = await askJson(station, 'list')
  expect(listed).toEqual([
    { conversation: feishuId, lastAt: expect.any(String), exchanges: 0, inbox: 0, outbox: 0, dead: 1 },
    {
      conversation: telegramId,
      lastAt: expect.any(String),
      exchanges: 2,
      inbox: 0,
      outbox: 0,
      dead: 0,
      persona: 'pirate',
      model: 'local',
    },
  ])
  const { stdout } = await ask(station, 'list')
  expect(stdout).toContain(telegramId)
  expect(stdout).toMatch(/ {2}2 +0 +0 +0 +local +pirate$/m)
  expect(await askJson(station, 'list', '--channel', 'feishu')).toEqual([listed[0]])
  expect(await askJson(station, 'list', '--blocked')).toEqual([])

  const shown = await ask(station, 'show', telegramId)
  expect(shown.stdout).toMatch(/^exchanges +2$/m)
  expect(shown.stdout).not.toContain('secret')
  expect(await askJson(station, 'show', telegramId)).toEqual([
    { ...listed[1], hasSystemPrompt: false, tokens: expect.any(Number), hasSummary: false },
  ])
})

test('what was said is shown where that is allowed, with what is not answered yet', async () => {
  await using station = await startStation({
    settings: { access: { operatorsMayReadTexts: true, admins: ['7'] } },
  })
  const { telegram, model } = station
  const chat = telegram.privateChat({ id: 7 })
  const id = `telegram.${telegram.bot.id}.${chat.id}`
  for (const text of ['/system be brief', 'hello']) {
    chat.say(text)
    await station.settled()
  }
  model.fault({ kind: 'hold' })
  chat.say('still \u001b[31mthere?')
  await vi.waitUntil(() => model.requests.length === 2, WITHIN)
  const show = (...words: string[]) => callWaystation(station.env, 'conversations', 'show', id, ...words)
  const { stdout } = await show('--text')
  expect(stdout.split('\n\n')[1]).toBe(
    'system prompt\n    be brief\nasked\n    hello\nanswered\n    re: hello\nnot answered yet\n    still \ufffd[31mthere?\n',
  )
  expect(JSON.parse((await show('--text', '--json')).stdout)[0].kept.map(({ by }: { by: string }) => by)).toEqual([
    'system',
    'user',
    'assistant',
    'waiting',
  ])
  expect((await show()).stdout).not.toContain('hello')
  expect(await ask(station, 'show', id, '--text')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('access.operatorsMayReadTexts'),
  })
})

test('what is of more than a day ago has no time, and is not the latest', async () => {
  await using redis = await startTestRedis()
  const client = await connect(redis.url, 'commands')
  onTestFinished(() => close(client))
  const [old, older, now] = ['web.chat.old', 'web.chat.older', 'web.chat.now'] as const
  await client.rpush(keysOf(old).history, '{}', '{}')
  await createMemory(client).choose(older, 'choice', 'commercial', { days: 1, tokens: 1 })
  await client.xadd(keysOf(now).journal, '*', 'event', 'posted', 'id', '1', 'detail', '{}')
  const listed = await askJson({ redis }, 'list')
  expect(listed).toHaveLength(3)
  expect(listed[0]).toMatchObject({ conversation: now, lastAt: expect.any(String) })
  expect(listed).toContainEqual({ conversation: old, exchanges: 1, inbox: 0, outbox: 0, dead: 0 })
  expect((await ask({ redis }, 'list')).stdout).toMatch(/^web\.chat\.older {5,}0 +0 +0 +0 +commercial$/m)
})

test('of thousands each is listed once, though Redis holds much else of them', async () => {
  await using redis = await startTestRedis()
  const client = await connect(redis.url, 'commands')
  onTestFinished(() => close(client))
  const ids = Array.from({ length: 5_000 }, (_, index) => `telegram.1.${index}` as const)
  for (const id of ids) {
    const { history, journal, seen, blocked } = keysOf(id)
    client.rpush(history, '{}', '{}')
    client.xadd(journal, '*', 'event', 'posted', 'id', '1', 'detail', '{}')
    client.zadd(seen, 1, '1')
    client.set(blocked, 1)
  }
  await client.ping()
  const listed: { conversation: string; exchanges: number }[] = await askJson({ redis }, 'list')
  expect(listed.map(({ conversation }) => conversation).toSorted()).toEqual(ids.toSorted())
  expect(new Set(listed.map(({ exchanges }) => exchanges))).toEqual(new Set([1]))
  expect((await ask({ redis }, 'list')).stdout.split('\n')).toHaveLength(5_002)
})

test('on a Cluster those of all nodes are listed, and each can be blocked', { timeout: 120_000 }, async () => {
  await using redis = await startTestCluster()
  const client = await connect(readEnv(redisConfig, redis.env), 'commands')
  onTestFinished(() => close(client))
  const ids = Array.from({ length: 40 }, (_, index) => `telegram.1.${index}` as const)
  for (const id of ids) await client.rpush(keysOf(id).history, '{}', '{}')
  const listed: { conversation: string }[] = await askJson({ redis }, 'list')
  expect(new Set(listed.map(({ conversation }) => conversation))).toEqual(new Set(ids))
  expect((await ask({ redis }, 'block', ...ids)).stdout).toMatch(/^40 of 40 blocked now\./)
  expect(await askJson({ redis }, 'list', '--blocked')).toHaveLength(40)
})

test('who runs a turn is shown, and a turn that was put off says until when', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1, inference: 1, sender: 1 } })
  const { telegram, model } = station
  const chat = telegram.privateChat()
  const id = `telegram.${telegram.bot.id}.${chat.id}`
  model.fault({ kind: 'hold' })
  chat.say('hello')
  await vi.waitUntil(() => model.requests.length === 1, WITHIN)
  const [{ turn }] = await askJson(station, 'show', id)
  const [worker] = station.of('inference')
  expect(turn).toEqual({
    replyId: expect.any(String),
    attempt: 1,
    messages: 1,
    by: expect.stringMatching(new RegExp(`/${worker?.pid}$`)),
    since: expect.any(String),
  })
  expect((await ask(station, 'show', id)).stdout).toMatch(
    /^turn +[\da-f-]+: 1 message, attempt 1 by .+, begun \S+ ago$/m,
  )

  const busy = telegram.privateChat()
  const busyId = `telegram.${telegram.bot.id}.${busy.id}`
  model.fault({ kind: 'status', status: 503 }, { times: 100 })
  busy.say('hello')
  const now = async () => (await askJson(station, 'show', busyId))[0].turn?.putOff
  expect(await vi.waitUntil(now, WITHIN)).toEqual({ code: expect.any(String), until: expect.any(String) })
})

test('a reset forgets what was said, though an answer that has read it is under way', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const [chat, other] = [telegram.privateChat(), telegram.privateChat()]
  const id = `telegram.${telegram.bot.id}.${chat.id}`
  chat.say('my name is Ann')
  other.say('I am called Bob')
  await station.settled()
  model.fault({ kind: 'hold', afterChunks: 2 })
  chat.say('what is my name?')
  await vi.waitUntil(() => model.requests.length === 3, WITHIN)
  expect(lastPrompt(station)).toContain('my name is Ann')

  expect(await ask(station, 'reset', id)).toEqual({
    code: 2,
    stdout: '',
    stderr: 'What was said in this conversation would be forgotten for good. Add --yes if that is meant.\n',
  })
  const reset = await ask(station, 'reset', id, '--yes')
  expect(reset.stdout).toBe(
    `${id}  1 exchange is forgotten. The answer that is under way is still given, and not remembered.\n`,
  )
  expect(await askJson(station, 'show', id)).toMatchObject([{ exchanges: 0, turn: { attempt: 1 } }])
  // What was written until then stays as the answer.
  chat.say('/stop')
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: my name is Ann', expect.stringMatching(/^re: /), 'Stopped.'])
  expect(await askJson(station, 'show', id)).toMatchObject([{ exchanges: 0 }])

  chat.say('and now?')
  await station.settled()
  expect(lastPrompt(station)).toEqual(['and now?'])
  chat.say('and then?')
  await station.settled()
  expect(lastPrompt(station)).toEqual(['and now?', 're: and now?', 'and then?'])
  other.say('still?')
  await station.settled()
  expect(lastPrompt(station)).toContain('I am called Bob')
})

test('of what is unknown it tells what is like it, and of what is no id what one looks like', async () => {
  await using redis = await startTestRedis()
  const client = await connect(redis.url, 'commands')
  onTestFinished(() => close(client))
  await client.rpush(keysOf('telegram.1.-42.7').history, '{}', '{}')
  expect(await ask({ redis }, 'show', 'telegram.1.-42')).toEqual({
    code: 1,
    stdout: 'Nothing is known of telegram.1.-42. Of its chat there is: telegram.1.-42.7\n',
    stderr: '',
  })
  expect(await ask({ redis }, 'block', 'telegram.1.-42.7', 'telegram.1.5')).toEqual({
    code: 1,
    stdout:
      'Nothing is known of telegram.1.5, or no longer. Conversations that are known: 1 (waystation conversations list)\n',
    stderr: '',
  })
  expect(await askJson({ redis }, 'list', '--blocked')).toEqual([])
  expect(await ask({ redis }, 'unblock', 'telegram:1:5')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^"telegram:1:5" names no conversation\. An id is <channel>\.<bot>\.<chat>/),
  })
  expect(await ask({ redis }, 'unblock', `\u001b[2J${'x'.repeat(100_000)}`)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^"\ufffd\[2Jx{56}…" names no conversation/),
  })
})
