import { close, connect } from '@waystation/redis'
import { callWaystation, type Ended, type Station, startStation } from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

type Kept = { ids: string[]; where: string; text?: string }
type Told = { state: string; replyIds: string[]; texts?: { isPrivate: boolean; asked: Kept[]; answered: Kept[] } }

const allowed = { access: { operatorsMayReadTexts: true } }
const patiently = { timeout: 30_000 }

/** The trace id of the message that was received last. */
const lastTrace = ({ output }: Station): string =>
  [...output.matchAll(/"event":"message\.received".*?"traceId":"(\w+)"/g)].at(-1)?.[1] ?? ''

const ask = (station: Station, ...words: string[]): Promise<Ended> => callWaystation(station.env, 'trace', ...words)

/** What is told of the message that came last; without `--text` nothing of what was written is. */
async function told(station: Station, ...written: string[]): Promise<Told> {
  const id = lastTrace(station)
  for (const words of [[id], [id, '--json']]) {
    const { stdout, code } = await ask(station, ...words)
    expect(code).toBe(0)
    for (const text of written) expect(stdout).not.toContain(text)
  }
  const [life] = JSON.parse((await ask(station, id, '--text', '--json')).stdout)
  return life
}

const received = (station: Station, count: number) =>
  vi.waitUntil(() => [...station.output.matchAll(/"event":"message\.received"/g)].length === count, patiently)

test('what was asked and answered is told wherever it is, from the inbox to the history', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1 },
    settings: allowed,
    model: { answer: () => 'a wise answer' },
  })
  const { telegram } = station
  const chat = telegram.privateChat()
  chat.say('a silent question')
  await received(station, 1)
  const texts = async () => (await told(station, 'silent', 'wise')).texts
  const question = { ids: [expect.any(String)], text: 'a silent question' }
  expect(await texts()).toEqual({ isPrivate: false, asked: [{ ...question, where: 'inbox' }], answered: [] })

  station.model.fault({ kind: 'hold' })
  await station.start('inference')
  await vi.waitUntil(() => station.model.requests.length === 1, patiently)
  expect(await texts()).toMatchObject({ asked: [{ ...question, where: 'turn' }], answered: [{}] })
  // Nobody has a word of it yet, but it is announced.
  await vi.waitUntil(async () => (await texts())?.answered[0]?.where === 'outbox', patiently)
  expect((await texts())?.answered).toEqual([{ ids: [expect.any(String)], where: 'outbox', text: '' }])

  await station.of('inference')[0]?.kill()
  await station.start('inference')
  await vi.waitUntil(async () => (await texts())?.answered[0]?.text === 'a wise answer', patiently)
  expect(await texts()).toEqual({
    isPrivate: false,
    asked: [{ ...question, where: 'history' }],
    answered: [{ ids: [expect.any(String)], where: 'outbox', text: 'a wise answer' }],
  })

  await station.start('sender')
  await station.settled()
  expect(await texts()).toMatchObject({ answered: [{ where: 'history', text: 'a wise answer' }] })
  const { stdout } = await ask(station, lastTrace(station), '--text')
  expect(stdout).toMatch(
    /\n\nquestion \S+: in the history\n {4}a silent question\nanswer \S+: in the history\n {4}a wise answer\n$/,
  )

  const asked = lastTrace(station)
  chat.say('/reset')
  await received(station, 2)
  await station.settled()
  expect((await ask(station, asked, '--text')).stdout).toMatch(/\nquestion \S+: not kept\n\nanswer \S+: not kept\n$/)
})

test('what was given up is told from its dead letter, and what was asked together is told once', async () => {
  await using station = await startStation({ settings: allowed, model: { answer: () => 'a wise answer' } })
  const { telegram, model } = station
  model.fault({ kind: 'status', status: 400 })
  telegram.privateChat().say('a silent question')
  await received(station, 1)
  await station.settled()
  expect(await told(station, 'silent')).toMatchObject({
    state: 'apologized',
    texts: { asked: [{ where: 'dead_letter', text: 'a silent question' }], answered: [{ where: 'nowhere' }] },
  })

  const chat = telegram.privateChat()
  chat.say('another silent one')
  chat.shut()
  await received(station, 2)
  await vi.waitUntil(async () => (await told(station, 'silent', 'wise')).state === 'dead', patiently)
  expect(await told(station, 'silent', 'wise')).toMatchObject({
    texts: { asked: [{ where: 'history' }], answered: [{ where: 'dead_letter', text: 'a wise answer' }] },
  })

  const lively = telegram.privateChat()
  model.fault({ kind: 'hold' })
  lively.say('first')
  await vi.waitUntil(() => model.requests.length === 3, patiently)
  for (const text of ['silent one', 'silent two']) lively.say(text)
  await received(station, 5)
  await station.of('all')[0]?.kill()
  await station.start('all')
  await station.settled()
  const { replyIds, texts } = await told(station, 'silent', 'wise')
  expect(texts?.asked).toEqual([
    { ids: [expect.any(String), expect.any(String)], where: 'history', text: 'silent one\n\nsilent two' },
  ])
  const [whole] = JSON.parse((await ask(station, replyIds[0] ?? '', '--text', '--json')).stdout)
  expect(whole.texts).toEqual(texts)
})

test('what another version of ours put in is told from its dead letter as well', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1 }, settings: allowed })
  station.telegram.privateChat().say('a silent question')
  await received(station, 1)
  const redis = await connect(station.redis.url, 'commands')
  onTestFinished(() => close(redis))
  const [inbox = ''] = await redis.keys('waystation:{*}:inbox')
  const { id, text } = JSON.parse((await redis.lindex(inbox, 0)) ?? '')
  await redis.lset(inbox, 0, JSON.stringify({ id, text, of: 'another version' }))
  await redis.rpush(inbox, 'no message at all')
  await station.start('inference')
  const kept = async () => (await told(station, 'silent')).texts?.asked
  await vi.waitUntil(async () => (await kept())?.[0]?.where === 'dead_letter', patiently)
  expect(await kept()).toEqual([{ ids: [id], where: 'dead_letter', text }])
})

test('what is private is marked, and nothing that was written moves the terminal', async () => {
  await using station = await startStation({ settings: allowed })
  station.telegram.privateChat().say('what is my salary?\u001b[2J\u009b31m')
  await received(station, 1)
  await station.settled()
  expect((await told(station, 'salary')).texts?.isPrivate).toBe(true)
  const chinese = await callWaystation({ ...station.env, LANG: 'zh_CN.UTF-8' }, 'trace', lastTrace(station), '--text')
  expect(chinese.stdout).toMatch(
    /\n\n内容私密，不得外传。\n问题 \S+: 在历史里\n {4}what is my salary\?\ufffd\[2J\ufffd31m\n/,
  )
})

test('what people wrote is shown only where waystation.yaml allows it, and the refusal says how', async () => {
  await using station = await startStation({ settings: {} })
  station.model.fault({ kind: 'status', status: 400 })
  station.telegram.privateChat().say('a silent question')
  await received(station, 1)
  await station.settled()
  const id = lastTrace(station)
  const [life]: Told[] = JSON.parse((await ask(station, id, '--json')).stdout)
  const file = station.env.WAYSTATION_CONFIG ?? ''
  const commands = [
    ['trace', id],
    ['dlq', 'show', ...(life?.replyIds ?? [])],
  ]
  for (const words of commands) {
    const refused = `What people wrote is not shown. To allow it, set access.operatorsMayReadTexts to true in ${file}.\n`
    expect(await callWaystation(station.env, ...words, '--text')).toEqual({ code: 1, stdout: '', stderr: refused })
    const nameless = await callWaystation(station.redis.env, ...words, '--text', '--json')
    expect(nameless).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('WAYSTATION_CONFIG') })
    const chinese = await callWaystation({ ...station.env, LANG: 'zh_CN' }, ...words, '--text')
    expect(chinese.stderr).toBe(
      `不显示人们写的内容。要允许，请把 ${file} 中的 access.operatorsMayReadTexts 设为 true。\n`,
    )
  }
  // From the next question on, without a restart.
  station.configure(allowed)
  for (const words of commands) {
    const shown = await callWaystation(station.env, ...words, '--text')
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('a silent question') })
  }
})
