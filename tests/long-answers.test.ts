import { platformLimits, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { count, tally } from './crowd.ts'
import { openSession, readUntil, say } from './web-session.ts'

const chapter = (first: number) => {
  const word = (offset: number) => `m${first + offset}`
  return [
    `## Chapter ${word(0)}`,
    `**${word(1)}** and _${word(2)}_, [${word(3)}](https://example.com/?a=1&b=2) 👩‍👩‍👧‍👦 <b>${word(4)}</b> & \`${word(5)} < 1\``,
    `- ${word(6)}\n- ${word(7)}\n  - ${word(8)}`,
    `| a | b |\n| --- | --- |\n| ${word(9)} | ${word(10)} |`,
    `> ${word(11)} 驿站${'马'.repeat(40)}`,
    '```ts',
    Array.from(
      { length: 70 },
      (_, line) => `if (a < b && c > "d") return ${word(12 + line)} // ${'x'.repeat(40)}`,
    ).join('\n'),
    '```',
  ].join('\n')
}
const chapters = Array.from({ length: 18 }, (_, index) => chapter(index * 82 + 1)).join('\n\n')
const last = 18 * 82

test('a hundred kilobytes of markdown arrive whole and in order, in parts that Telegram takes as they are', async () => {
  expect(Buffer.byteLength(chapters)).toBeGreaterThan(100_000)
  await using station = await startStation({ model: { answer: () => chapters, durationMs: 2_500, chunks: 200 } })
  const { telegram } = station
  const chat = telegram.privateChat()
  chat.say('everything, please')
  await station.settled()
  expect(tally(telegram, [chat], last)).toEqual({ wrong: [], doubled: 0 })
  expect(telegram.calls.filter(({ status }) => status !== 200)).toEqual([])
  expect(telegram.texts(chat).every(text => text.length <= 4096 && text.isWellFormed())).toBe(true)
  expect(telegram.texts(chat).join('').match(/👩‍👩‍👧‍👦/g)).toHaveLength(18)
  expect(telegram.drafts.length).toBeGreaterThan(1)
})

test('a hundred kilobytes of markdown arrive whole and in order in Feishu, in cards that it takes as they are', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: { limits: platformLimits },
    model: { answer: () => chapters, durationMs: 2_500, chunks: 200 },
  })
  const { feishu } = station
  const chat = feishu.p2p()
  chat.say('everything, please')
  await station.settled()
  expect(tally(feishu, [chat], last)).toEqual({ wrong: [], doubled: 0 })
  expect(feishu.calls.filter(({ code }) => code !== 0)).toEqual([])
  const buttons = feishu.sent.map(message => message.buttons.length)
  expect(buttons.length).toBeGreaterThan(3)
  // Under the last part of all.
  expect(buttons.indexOf(4)).toBe(buttons.length - 1)
  expect(feishu.cards.filter(({ streaming }) => streaming)).toEqual([])
})

test('one word longer than any message arrives whole', async () => {
  const word = '马𠮷'.repeat(5_000)
  await using station = await startStation({ model: { answer: () => word } })
  const chat = station.telegram.privateChat()
  chat.say('one word, please')
  await station.settled()
  expect(station.telegram.texts(chat).join('')).toBe(word)
})

test('an answer in which there is nothing to see is still an answer', async () => {
  const nothing = ['---', '```\n```', '#', '>', '**', '&nbsp;', '![](x)', '[](http://x.test)', '\u200b', '\0', '\\']
  await using station = await startStation({
    model: { answer: messages => nothing[Number(messages.at(-1)?.content)] ?? '' },
  })
  const chats = nothing.map(() => station.telegram.privateChat())
  chats.forEach((chat, index) => void chat.say(String(index)))
  await station.settled()
  for (const chat of chats) expect(station.telegram.texts(chat)).toEqual([expect.stringMatching(/\S/)])
})

test('a page of the web chat gets a long answer in one piece', async () => {
  const story = count(20_000)
  await using station = await startStation({ model: { answer: () => story, durationMs: 1_000, chunks: 50 } })
  const session = await openSession(station.web)
  await say(session, 'everything, please')
  expect((await readUntil(session, story)).at(-1)?.text).toBe(story)
})
