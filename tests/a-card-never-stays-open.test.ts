import { type FeishuChat, type FeishuSimulator, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { count } from './crowd.ts'

type Endpoint = Parameters<FeishuSimulator['fault']>[0]
type Fault = Parameters<FeishuSimulator['fault']>[1]

const ANSWER = count(60)
/** Equal questions are asked each time. */
const withoutCache = { cache: { minutes: 0 } }

test.concurrent.each(['is killed', 'falls asleep, and wakes when another has done its work'] as const)(
  'a sender %s, at any step of a card: one whole answer, and no card goes on growing',
  {
    timeout: 120_000,
  },
  async end => {
    /** Until another sender takes over, and some calls of the dead one arrive even later. */
    const HELD_MS = 12_000
    type Step = { at: Endpoint; when: 'before' | 'after'; failed?: Endpoint }
    const both = (at: Endpoint, failed?: Endpoint): Step[] =>
      (['before', 'after'] as const).map(when => ({ at, when, ...(failed ? { failed } : {}) }))
    const ofNoChat = both('createCard')
    const steps = [
      ...(['react', 'reply', 'updateCard', 'cardSettings', 'unreact'] as const).flatMap(at => both(at)),
      // On the way back from a card that cannot be finished, or sent.
      ...(['cardSettings', 'recall', 'reply'] as const).flatMap(at => both(at, 'updateCard')),
      ...both('reply', 'reply'),
    ]
    await using station = await startStation({
      telegram: 'none',
      feishu: {},
      processes: { 'gateway-feishu': 1, inference: 1, sender: 1 },
      model: { answer: () => ANSWER, chunks: 20, firstTokenMs: 1_500, durationMs: 4_000 },
    })
    const { feishu, model } = station
    // On a slow machine the call may have ended before the sender does, which then dies a little later.
    const isReached = ({ at, failed }: Step, { id }: FeishuChat) =>
      feishu.calls.filter(({ endpoint, chat }) => endpoint === at && chat === id).length >
      (at === 'reply' && failed ? 1 : 0)
    const ask = (chat: FeishuChat = feishu.p2p()) => {
      chat.say('count')
      return chat
    }

    // Between two calls: two cards that grow, one until it is taken over and one beyond.
    for (const durationMs of [7_000, 14_000]) model.fault({ kind: 'manner', durationMs, firstTokenMs: 0 })
    const growing = [ask(), ask()]
    await vi.waitUntil(() => growing.every(chat => feishu.texts(chat).length > 0), { timeout: 30_000 })
    for (const { at, when } of ofNoChat) feishu.fault(at, { delayMs: HELD_MS, when })
    model.fault({ kind: 'manner', firstTokenMs: 0 }, { times: ofNoChat.length })
    const unmade = ofNoChat.map(() => ask())
    await vi.waitUntil(
      () => feishu.calls.filter(call => call.endpoint === 'createCard' && call.status === undefined).length === 2,
      { timeout: 30_000 },
    )
    const hold = (step: Step) => {
      const chat = feishu.p2p()
      const { at, when, failed } = step
      if (failed) feishu.fault(failed, { code: 300313 }, { chat: chat.id })
      // The first of the two is the card itself.
      if (at === 'reply' && failed === 'updateCard') feishu.fault(at, { delayMs: 0, when }, { chat: chat.id })
      feishu.fault(at, { delayMs: HELD_MS, when }, { chat: chat.id })
      return { step, chat: ask(chat) }
    }
    const untilReached = async (asked: ReturnType<typeof hold>[]) => {
      for (const { step, chat } of asked)
        await vi.waitUntil(() => isReached(step, chat), { timeout: 30_000 }).catch(() => expect(step).toBe('reached'))
    }
    // While few cards grow they change often.
    model.fault({ kind: 'manner', durationMs: 10_000, firstTokenMs: 0 }, { times: 2 })
    const changing = both('updateElement').map(hold)
    await untilReached(changing)
    const held = [...changing, ...steps.map(hold)]
    await untilReached(held)

    const [sender] = station.of('sender')
    if (!sender) return expect.unreachable()
    if (end === 'is killed') await sender.kill()
    else process.kill(sender.pid, 'SIGSTOP')
    await station.start('sender')
    await station.settled()
    if (end !== 'is killed') {
      process.kill(sender.pid, 'SIGCONT')
      // What it was in the middle of it ends, or finds out that it came too late.
      await vi.waitUntil(() => station.output.includes('"delivery.superseded"'), { timeout: 30_000 })
      await sender.kill('SIGTERM')
      await station.settled()
    }
    for (const [index, chat] of [...growing, ...unmade].entries())
      expect({ index, texts: feishu.texts(chat) }).toEqual({ index, texts: [ANSWER] })
    for (const { step, chat } of held) expect({ step, texts: feishu.texts(chat) }).toEqual({ step, texts: [ANSWER] })
    expect(openCards(feishu)).toEqual([])
    // Not even one that was taken back, but for the card that could not be finished.
    for (const { step, chat } of held)
      expect({ step, sent: feishu.sent.filter(sent => sent.chat === chat.id).length }).toEqual({
        step,
        sent: step.failed === 'updateCard' ? 2 : 1,
      })
  },
)

test.concurrent('whatever CardKit refuses, at whatever step, the whole text arrives once and no card goes on growing', {
  timeout: 120_000,
}, async () => {
  const TABLES = 'Failed to create card content, ext=ErrCode: 11310; ErrMsg: card table number over limit; '
  const codes = [200740, 200750, 200810, 200850, 200860, 300120, 300302, 300309, 300310, 300311, 300313, 300317]
  const refusals: Fault[] = [
    ...codes.map(code => ({ code })),
    { code: 230099, msg: TABLES },
    { code: 99991672 },
    { code: 99991663 },
    { code: 2200, status: 500 },
    { body: '<html>Bad Gateway</html>', status: 502 },
    { drop: 'before' },
    { drop: 'after' },
  ]
  // Longer than anybody waits.
  const silences: Fault[] = (['before', 'after'] as const).map(when => ({ delayMs: 11_000, when }))
  const faults = [...refusals, ...silences]
  const limit: Fault = { code: 99991400, headers: { 'x-ogw-ratelimit-reset': '2' } }
  const limited = ['createCard', 'reply', 'updateElement', 'updateCard', 'cardSettings'] as const

  await using station = await startStation({
    telegram: 'none',
    // A limit holds for all calls of an app: one for each, and one for all the rest.
    feishu: { apps: [{}, ...limited.map(() => ({}))] },
    model: { answer: () => ANSWER, chunks: 20, durationMs: 4_000 },
    settings: withoutCache,
  })
  const { feishu, model } = station
  const hasMet = (at: Endpoint, { id }: FeishuChat) =>
    feishu.calls.some(({ endpoint, chat }) => endpoint === at && chat === id)
  const asked: { what: { at: Endpoint; fault: Fault; times: number }; chat: FeishuChat }[] = []
  const ask = (at: Endpoint, fault: Fault, times = 1, app = feishu.app) => {
    const chat = feishu.p2p({ app })
    feishu.fault(at, fault, { times, ...(at === 'createCard' ? {} : { chat: chat.id }) })
    chat.say('count')
    asked.push({ what: { at, fault, times }, chat })
  }
  const cardsWanted = () => feishu.calls.filter(({ endpoint }) => endpoint === 'createCard')

  // Which chat a card is for is not told when it is made: the first calls are the ones that fail.
  ask('createCard', limit, 1, feishu.apps[1])
  await vi.waitUntil(() => cardsWanted().length === 1, { timeout: 30_000 })
  for (const fault of faults) ask('createCard', fault)
  await vi.waitUntil(() => cardsWanted().length > faults.length, { timeout: 30_000 })
  for (const [index, at] of limited.entries()) if (at !== 'createCard') ask(at, limit, 1, feishu.apps[index + 1])
  // For ever, but where without it nothing can be said at all.
  const askBoth = (at: Endpoint) => {
    for (const fault of faults) ask(at, fault)
    for (const fault of refusals) ask(at, fault, Number.POSITIVE_INFINITY)
  }
  // These first: the more cards grow, the slower each.
  askBoth('updateElement')
  await vi.waitUntil(() => asked.every(({ what, chat }) => what.at !== 'updateElement' || hasMet(what.at, chat)), {
    timeout: 30_000,
  })
  model.manner.durationMs = 1_500
  askBoth('updateCard')
  askBoth('cardSettings')
  for (const fault of faults) if (!isWaitedOut(fault)) ask('reply', fault)
  ask('reply', { code: 230099, msg: TABLES }, 2)
  await station.settled(90_000)

  for (const { what, chat } of asked) {
    expect({ what, texts: feishu.texts(chat) }).toEqual({ what, texts: [ANSWER] })
    if (what.at !== 'createCard') expect({ what, met: hasMet(what.at, chat) }).toEqual({ what, met: true })
  }
  expect(openCards(feishu)).toEqual([])
  expect(feishu.earlyCalls).toEqual([])
  expect((await station.metrics()).sum('waystation_dead_letters_total')).toBe(0)
})

test.concurrent('a card that Feishu closes after its ten minutes, or forgets while it grows, still comes to the whole text', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { streamingLifeMs: 700 },
    model: { answer: () => ANSWER, chunks: 20, durationMs: 3_000 },
    settings: withoutCache,
  })
  const { feishu } = station
  const [closed, forgotten, both] = [feishu.p2p(), feishu.p2p(), feishu.p2p()]
  for (const chat of [closed, forgotten]) chat.say('count')
  const cardIn = (chat: FeishuChat) => feishu.cards.find(card => card.chat === chat.id)
  await vi.waitUntil(() => cardIn(forgotten), { timeout: 30_000 })
  feishu.expireCard(cardIn(forgotten)?.cardId ?? '')
  both.say('count')
  await vi.waitUntil(() => cardIn(both)?.streaming === false, { timeout: 30_000 })
  feishu.expireCard(cardIn(both)?.cardId ?? '')
  await station.settled()
  expect(feishu.calls.filter(({ code }) => code === 300309)).not.toEqual([])
  expect(feishu.calls.filter(({ code }) => code === 200750)).not.toEqual([])
  for (const chat of [closed, forgotten, both]) expect(feishu.texts(chat)).toEqual([ANSWER])
  expect(openCards(feishu)).toEqual([])
})

test.concurrent('an answer that is stopped, begun anew, or given up in the middle leaves no card that goes on growing', {
  timeout: 120_000,
}, async () => {
  const long = `the first attempt, ${ANSWER}`
  let attempts = 0
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    model: { answer: () => (attempts++ === 1 ? long : 'the second'), chunks: 10, durationMs: 20_000 },
    settings: withoutCache,
  })
  const { feishu, model } = station
  const [stopped, begunAnew, givenUp] = [feishu.p2p(), feishu.p2p(), feishu.p2p()]
  stopped.say('a story')
  await vi.waitUntil(() => feishu.texts(stopped).length > 0, { timeout: 30_000 })
  stopped.say('/stop')
  await station.settled()
  expect(feishu.texts(stopped)).toEqual([expect.stringMatching(/^t/), expect.stringMatching(/^(Stopped\.|已停止。)$/)])

  model.manner.durationMs = 2_000
  model.fault({ kind: 'cut', afterChunks: 5 })
  begunAnew.say('a story')
  await station.settled()
  expect(feishu.cards.find(({ chat }) => chat === begunAnew.id)?.updates).toContainEqual(
    expect.objectContaining({ text: expect.stringMatching(/^the first/) }),
  )
  expect(feishu.texts(begunAnew)).toEqual(['the second'])

  model.fault({ kind: 'cut', afterChunks: 5 }, { times: 10 })
  model.manner.durationMs = 500
  givenUp.say('a story')
  await station.settled()
  expect(feishu.texts(givenUp)).toEqual([expect.stringMatching(/^(Sorry|抱歉)/)])
  expect(feishu.sent.at(-1)).toMatchObject({ chat: givenUp.id, buttons: [] })
  expect(openCards(feishu)).toEqual([])
})

/** No message is ever out of sequence; and an app that may not send at all is tried again after a minute. */
const isWaitedOut = (fault: Fault) => 'code' in fault && [300317, 99991672].includes(fault.code)

/** Messages that people see "generating". */
const openCards = ({ cards, sent }: FeishuSimulator) => {
  const open = new Set(cards.flatMap(({ cardId, streaming }) => (streaming ? [cardId] : [])))
  return sent.filter(({ cardId = '', recalledAt }) => recalledAt === undefined && open.has(cardId))
}
