import { setTimeout as sleep } from 'node:timers/promises'
import { startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

test('odd answers', async () => {
  const odd = ['---', '```\n```', '#', '>', '\u200b', '&nbsp;', '![](x)', '| |\n|-|', '<b></b>', '\u0000', '**', '****', '- ', '1.', '[](http://x.y)', '<!-- x -->', '`', '``', '```', '\\', '~~~~', '***', '_ _', '|', '\u00ad', '\u2060', '\ufeff', '\u3164', '<think></think>', '\u202e','\u0007', '*\u0000*', '&', '&#0;']
  await using station = await startStation({ model: { answer: messages => odd[Number(messages.at(-1)?.content)] ?? 'x' } })
  const chats = odd.map((_, index) => { const chat = station.telegram.privateChat(); chat.say(String(index)); return chat })
  await station.settled()
  chats.forEach((chat, i) => console.log(JSON.stringify(odd[i]), JSON.stringify(station.telegram.texts(chat))))
  console.log(station.telegram.calls.filter(c => c.status !== 200).map(c => [c.method, c.status, c.params]))
})
test('stop while away', async () => {
  await using station = await startStation()
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'status', status: 500 }, { times: Infinity })
  chat.say('one')
  await vi.waitUntil(() => model.requests.length === 4, { timeout: 30_000 })
  await sleep(300)
  const at = Date.now()
  chat.say('/stop')
  await vi.waitUntil(() => telegram.sent.length > 0, { timeout: 30_000 })
  console.log('stopped after', Date.now() - at, telegram.texts(chat), model.requests.length)
})
