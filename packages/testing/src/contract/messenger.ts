import type { Messenger, Receipt, Reply } from '@waystation/domain'
import { expect, test } from 'vitest'

/** One chat of a simulated platform, and the messenger that writes into it. */
export type MessengerBench = AsyncDisposable & {
  messenger: Messenger
  /** A reply to a question that was asked in the chat. */
  reply(fields?: Partial<Reply>): Reply
  /** What people read in the chat now, in order. */
  texts(): string[]
  /** The next message that is sent goes wrong. */
  fail(how: 'busy for 2 s' | 'broken' | 'unanswered' | 'gone'): void
}

const { signal } = new AbortController()

/** What every platform's messenger keeps to. */
export function messengerContract(start: () => Promise<MessengerBench>): void {
  test('a reply arrives whole and in order, part by part', async () => {
    await using bench = await start()
    const text = Array.from({ length: 5_000 }, (_, index) => `line ${index}`).join('\n\n')
    await sendAll(bench, bench.reply({ text }))
    const numbers = bench
      .texts()
      .flatMap(part => Array.from(part.matchAll(/line (\d+)/g), ([, digits]) => Number(digits)))
    expect(bench.texts().length).toBeGreaterThan(1)
    expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, index) => index))
  })

  test('a text is cut the same way each time, into no blank part', async () => {
    await using bench = await start()
    for (const text of ['', ' \n ', '\u200b', ...hostile]) {
      const parts = bench.messenger.split(text)
      expect(parts.length).toBeGreaterThan(0)
      expect(bench.messenger.split(text)).toEqual(parts)
      expect(parts.filter(part => part.trim() === '')).toEqual([])
    }
  })

  test('whatever a model may write, the platform takes every part of it', async () => {
    await using bench = await start()
    for (const [index, text] of hostile.entries()) {
      const before = bench.texts().length
      const receipts = await sendAll(bench, bench.reply({ id: `hostile-${index}`, text }))
      expect(bench.texts().length - before).toBe(receipts.length)
    }
  })

  test('a growing reply ends as one message that reads as the whole', async () => {
    await using bench = await start()
    const { messenger } = bench
    const open = bench.reply({ state: 'open', text: 'One' })
    if (messenger.streaming(open.conversation).style !== 'edit') return
    const [beginning = ''] = messenger.split(open.text)
    const receipt = await messenger.send(open, beginning, 0, signal)
    await messenger.edit({ ...open, text: 'One two' }, 'One two', receipt, signal)
    expect(bench.texts()).toEqual(['One two'])
    const final = bench.reply({ text: 'One two three' })
    await messenger.edit(final, 'One two three', receipt, signal)
    await messenger.edit(final, 'One two three', receipt, signal)
    expect(bench.texts()).toEqual(['One two three'])
  })

  test('a repeated send is dropped where the messenger says so', async () => {
    await using bench = await start()
    const { messenger } = bench
    const reply = bench.reply({ text: 'once' })
    const first = await messenger.send(reply, 'once', 0, signal)
    if (!messenger.dropsRepeats) return
    expect(await messenger.send(reply, 'once', 0, signal)).toBe(first)
    expect(bench.texts()).toEqual(['once'])
  })

  test('a platform that is busy is given the time it asks for, and one that is broken is tried again', async () => {
    await using bench = await start()
    bench.fail('busy for 2 s')
    await expect(sendAll(bench, bench.reply())).rejects.toMatchObject({ name: 'Unavailable', retryAfterMs: 2000 })
  })

  test('a call that failed is told from one that may have been carried out', async () => {
    await using bench = await start()
    bench.fail('broken')
    await expect(sendAll(bench, bench.reply())).rejects.toMatchObject({ name: 'Unavailable' })
    bench.fail('unanswered')
    await expect(sendAll(bench, bench.reply())).rejects.toMatchObject({ name: 'Unanswered' })
  })

  test('a chat that is gone refuses for good', async () => {
    await using bench = await start()
    bench.fail('gone')
    await expect(sendAll(bench, bench.reply())).rejects.toMatchObject({ name: 'Rejected' })
  })

  test('"working on it" and a reply that is withdrawn leave nothing to read', async () => {
    await using bench = await start()
    const open = bench.reply({ state: 'open', text: '' })
    await bench.messenger.typing(open, signal)
    await bench.messenger.withdraw(open, undefined, signal)
    expect(bench.texts()).toEqual([])
  })

  test('a call ends with its signal', async () => {
    await using bench = await start()
    const reason = new Error('the end')
    const send = bench.messenger.send(bench.reply(), 'x', 0, AbortSignal.abort(reason))
    await expect(send).rejects.toBe(reason)
  })
}

const hostile = [
  'مرحبا 👩‍👩‍👧‍👦 \u202e desrever \ud83d lone',
  `${'> '.repeat(2_000)}deep`,
  '`'.repeat(5_000),
  `\`\`\`ts\n${'const x = "<y>" & `z`\n'.repeat(3_000)}`,
  '<at id=all></at><at user_id="all">all</at> <b>bold</i> & &lt; <script>alert(1)</script>',
  '[a](javascript:alert(1)) ![i](http://x.y/z.png) <https://x.y> **un*closed __x',
  `${'| a | b |\n|---|---|\n| 1 | 2 |\n\n'.repeat(40)}`,
  'x'.repeat(100_000),
]

async function sendAll({ messenger }: MessengerBench, reply: Reply): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  for (const [index, part] of messenger.split(reply.text).entries())
    receipts.push(await messenger.send(reply, part, index, signal))
  return receipts
}
