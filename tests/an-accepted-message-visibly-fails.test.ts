import { type Station, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const poison = 'poison'

test.concurrent('a turn that always fails ends in an apology with the trace id, in the language of the person, and the conversation goes on', async () => {
  await using station = await startStation({ model: { answer: saysNothingToPoison } })
  const { telegram, model } = station
  const english = telegram.privateChat({ language: 'de' })
  const chinese = telegram.privateChat({ language: 'zh-hans' })
  for (const chat of [english, chinese]) chat.say(poison)
  await vi.waitUntil(() => model.requests.length >= 2, { timeout: 30_000 })
  for (const chat of [english, chinese]) chat.say('and now?')
  await station.settled()
  const traceIds = logged(station, 'turn.died').map(({ traceId }) => traceId)
  expect(traceIds).toHaveLength(2)
  const [apologyInEnglish, answer] = telegram.texts(english)
  expect(apologyInEnglish).toMatch(/^Sorry, I could not answer this\. .*\(\w+\)$/)
  expect(answer).toBe('re: and now?')
  const [apologyInChinese, answerToo] = telegram.texts(chinese)
  expect(apologyInChinese).toMatch(/^抱歉，.*（\w+）$/)
  expect(answerToo).toBe('re: and now?')
  const apologies = [apologyInEnglish, apologyInChinese].join()
  expect(traceIds.filter(traceId => apologies.includes(String(traceId)))).toHaveLength(2)
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_dead_letters_total', { kind: 'turn' })).toBe(2)
  expect(metrics.sum('waystation_dead_letters_depth')).toBe(2)
  expect(metrics.sum('waystation_turns_total', { outcome: 'failed' })).toBe(2)
})

test.concurrent('what a model refuses for good is not asked again, and the person is told at once', async () => {
  await using station = await startStation()
  station.model.fault({ kind: 'status', status: 400 })
  const chat = station.telegram.privateChat()
  chat.say('one')
  await station.settled()
  chat.say('two')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual([expect.stringMatching(/^Sorry, /), 're: two'])
  expect(station.model.requests).toHaveLength(2)
})

test.concurrent('a reply to somebody who blocked the bot becomes a dead letter, and everybody else is answered', async () => {
  await using station = await startStation({ model: { durationMs: 200 } })
  const { telegram } = station
  const [gone, there] = [telegram.privateChat(), telegram.privateChat()]
  gone.say('one')
  gone.shut()
  there.say('one')
  await station.settled()
  there.say('two')
  gone.reopen()
  gone.say('two')
  await station.settled()
  expect(telegram.texts(there)).toEqual(['re: one', 're: two'])
  expect(telegram.texts(gone)).toEqual(['re: two'])
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_dead_letters_total', { kind: 'reply', reason: 'blocked_by_user' })).toBe(1)
  expect(telegram.calls.filter(({ method, status }) => method === 'sendMessage' && status === 403)).toHaveLength(1)
})

/** A stream that ends well and holds not a word: some models do that to some questions, every time. */
function saysNothingToPoison(messages: { content: unknown }[]): string {
  const question = String(messages.at(-1)?.content)
  return question === poison ? '' : `re: ${question}`
}

/** The lines that were logged about one event. */
const logged = ({ output }: Station, event: string): Record<string, unknown>[] =>
  output.split('\n').flatMap(line => (line.includes(`"event":"${event}"`) ? [JSON.parse(line)] : []))
