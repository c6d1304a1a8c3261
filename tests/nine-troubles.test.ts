import { setTimeout as sleep } from 'node:timers/promises'
import { type Station, type StationOptions, startStation, telegramUpdate } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

/** Nobody waits longer for an answer, or for the words that there will be none. */
const ANSWER_WITHIN_MS = 45_000

// Each has a station to itself, and most of them mostly wait: several at a time.
const trouble = (name: string, story: () => Promise<void>) => test.concurrent(name, { timeout: 120_000 }, story)

trouble('the model holds the connection and says nothing: within 45 s there is an answer or an apology', async () => {
  await using station = await startStation()
  const chat = station.telegram.privateChat()
  const heal = station.model.fault({ kind: 'hold' }, { times: Infinity })
  chat.say('one')
  const saidAt = Date.now()
  await vi.waitUntil(() => station.telegram.texts(chat).length > 0, { timeout: 60_000 })
  expect(Date.now() - saidAt).toBeLessThan(ANSWER_WITHIN_MS)
  heal()
  chat.say('two')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual([expect.stringMatching(/^(re: one|Sorry, .*)$/), 're: two'])
})

trouble('the model holds one connection: its second try brings the answer', async () => {
  await using station = await startStation()
  await talk(station, async say => {
    station.model.fault({ kind: 'hold' })
    say('one')
  })
})

trouble('the model answers 500 for twelve seconds', async () => {
  await using station = await startStation()
  await talk(station, async say => {
    station.model.fault({ kind: 'status', status: 500 }, { forMs: 12_000 })
    say('one')
  })
  expect(station.model.requests.length).toBeGreaterThan(2)
})

trouble('the model answers 500 once', async () => {
  await using station = await startStation()
  await talk(station, async say => {
    station.model.fault({ kind: 'status', status: 500 })
    say('one')
  })
})

trouble('the same update comes twice, and once more later', async () => {
  await using station = await startStation()
  const update = telegramUpdate({ text: 'one', chat: 42 })
  expect(await station.telegram.deliver(update, { times: 2 })).toEqual([200, 200])
  await station.settled()
  expect(await station.telegram.deliver(update)).toEqual([200])
  await station.telegram.deliver(telegramUpdate({ text: 'two', chat: 42, updateId: 2, messageId: 5 }))
  await station.settled()
  expect(station.telegram.texts(42)).toEqual(['re: one', 're: two'])
})

trouble('five quick messages in one private chat are all answered for, in order', async () => {
  await using station = await startStation({ model: { durationMs: 300 } })
  const chat = station.telegram.privateChat()
  const said = ['one', 'two', 'three', 'four', 'five']
  for (const text of said) chat.say(text)
  await station.settled()
  expect(
    station.telegram
      .texts(chat)
      .join(' ')
      .match(/\w{3,}/g),
  ).toEqual(said)
})

trouble('sendMessage answers 429 with retry_after 2: no call comes before its time', async () => {
  await using station = await startStation()
  await talk(station, async say => {
    station.telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 2 } })
    say('one')
    await vi.waitUntil(() => station.telegram.calls.some(({ status }) => status === 429), { timeout: 30_000 })
  })
  expect(station.telegram.earlyCalls).toEqual([])
})

trouble('a preview is answered 429: neither the next one nor the message comes before its time', async () => {
  await using station = await startStation({ model: { durationMs: 3_000 } })
  await talk(station, async say => {
    station.telegram.fault('sendMessageDraft', { status: 429, parameters: { retry_after: 2 } })
    say('one')
    await vi.waitUntil(() => station.telegram.calls.some(({ status }) => status === 429), { timeout: 30_000 })
  })
  expect(station.telegram.earlyCalls).toEqual([])
})

trouble('sendMessage answers 500', async () => {
  await using station = await startStation()
  await talk(station, async say => {
    station.telegram.fault('sendMessage', { status: 500, description: 'Internal Server Error' })
    say('one')
  })
})

trouble('everything is killed one second into an answer, Redis too, and started again', async () => {
  await using station = await startStation({ ...patient, model: { durationMs: 3_000 } })
  await talk(station, async say => {
    say('one')
    await vi.waitUntil(() => station.model.active() === 1, { timeout: 30_000 })
    await sleep(1_000)
    await killEverything(station)
  })
})

trouble('everything is killed while sending, before Telegram has the message', async () => {
  await using station = await startStation(patient)
  const reconnect = station.telegram.fault('sendMessage', { drop: 'before' }, { times: Infinity })
  await talk(station, async say => {
    say('one')
    await vi.waitUntil(() => station.telegram.calls.some(isSend), { timeout: 30_000 })
    await killEverything(station)
    reconnect()
  })
})

// Telegram has no key by which a repeated call is known: whoever dies before its answer cannot know what became of it.
trouble(
  'everything is killed while sending, after Telegram has the message: it stands there twice at most, and is counted',
  async () => {
    await using station = await startStation(patient)
    station.telegram.fault('sendMessage', { delayMs: 10_000, when: 'after' })
    const chat = station.telegram.privateChat()
    chat.say('one')
    await vi.waitUntil(() => station.telegram.sent.length === 1, { timeout: 30_000 })
    await killEverything(station)
    chat.say('two')
    await station.settled()
    const [doubled, ...rest] = station.telegram.texts(chat).toReversed()
    expect([rest.at(-1), doubled]).toEqual(['re: one', 're: two'])
    const again = rest.length - 1
    expect(again).toBeLessThanOrEqual(1)
    expect((await station.metrics()).sum('waystation_parts_total', { outcome: 'doubtful' })).toBe(again)
  },
)

/** The platform's pauses, ten times shorter. */
const patient: StationOptions = { telegram: { retryFactor: 0.1 } }

const isSend = ({ method }: { method: string }) => method === 'sendMessage'

/** Somebody writes `one` into the trouble that `story` makes, and then `two`: each is answered once, in this order. */
async function talk(station: Station, story: (say: (text: string) => void) => Promise<void>): Promise<void> {
  const chat = station.telegram.privateChat()
  await story(chat.say)
  chat.say('two')
  await station.settled()
  const answers = station.telegram.texts(chat)
  expect(answers.join(' ').match(/\w{3,}/g)).toEqual(['one', 'two'])
  expect(answers.every(answer => answer.startsWith('re: '))).toBe(true)
}

/** As when the machine's power fails; then it is there again. */
async function killEverything(station: Station): Promise<void> {
  const killed = station.processes.filter(process => process.isRunning())
  await Promise.all([station.redis.kill(), ...killed.map(process => process.kill())])
  await station.redis.restart()
  await Promise.all(killed.map(station.replace))
}
