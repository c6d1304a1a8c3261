import type { RawRequest, Received, Receiver } from '@waystation/domain'
import { expect, test } from 'vitest'

/** A webhook, and what its platform and others post to it. */
export type ReceiverBench = {
  receiver: Receiver
  /** What the platform posts for a text: in a private chat, in a group, or in a group where it names the bot. */
  says(text: string, where?: 'group' | 'private' | 'to the bot'): RawRequest
  /** The same body, from somebody who does not know the secret. */
  forged(text: string): RawRequest
  /** Any bytes, from the platform. */
  genuine(body: string): RawRequest
}

/** What every platform's webhook keeps to. */
export function receiverContract(start: () => Promise<ReceiverBench & AsyncDisposable>): void {
  test('what a person writes becomes a message, and the same one however often it comes', async () => {
    await using bench = await start()
    const request = bench.says('hello 驿站 👋')
    const [first, second] = [await bench.receiver.receive(request), await bench.receiver.receive(request)]
    expect(first.messages).toMatchObject([
      { text: 'hello 驿站 👋', addressed: 'direct', conversation: expect.stringMatching(/^\w+\.\w+\.[\w-]+$/) },
    ])
    expect(second.messages[0]?.id).toBe(first.messages[0]?.id)
  })

  tracesRequests(start)

  test('in a group it says whether the bot is meant, and its name is no part of the question', async () => {
    await using bench = await start()
    expect((await bench.receiver.receive(bench.says('hello', 'group'))).messages).toMatchObject([{ addressed: 'no' }])
    expect((await bench.receiver.receive(bench.says('hello', 'to the bot'))).messages).toMatchObject([
      { addressed: 'mention', text: 'hello' },
    ])
  })

  test('whoever does not know the secret is refused', async () => {
    await using bench = await start()
    await expect(receive(bench, bench.forged('hello'))).rejects.toMatchObject({ name: 'Unauthenticated' })
    const { body } = bench.says('hello')
    await expect(receive(bench, { headers: {}, body })).rejects.toMatchObject({ name: 'Unauthenticated' })
  })

  test.each(['', '{', 'null', '[]', '{"a":1}', '\ufeff{}', '['.repeat(20_000)])(
    'what the platform sends of %#, which is no event, is refused, or asks for nothing',
    async text => {
      await using bench = await start()
      const received = await receive(bench, bench.genuine(text)).catch(error => {
        // Some platforms have their secret in the text.
        expect(error.name).toMatch(/^(Rejected|Unauthenticated)$/)
        expect(error.reason).toMatch(/^[a-z_\d]+$/)
        return undefined
      })
      if (received) expect(received).toMatchObject({ messages: [], ignored: [expect.stringMatching(/^[\w.]+$/)] })
    },
  )
}

/** What everything keeps to that takes messages by HTTP. */
export function tracesRequests(start: () => Promise<Pick<ReceiverBench, 'receiver' | 'says'> & AsyncDisposable>): void {
  const id = '0123456789abcdef0123456789abcdef'
  const traced = async (header: string | string[] | undefined): Promise<string | undefined> => {
    await using bench = await start()
    const { headers, body } = bench.says('hello')
    const { messages } = await bench.receiver.receive({ headers: { ...headers, 'x-request-id': header }, body })
    return messages[0]?.traceId
  }

  test('the id that nginx gave the request is the trace of its message', async () => {
    expect(await traced(id)).toBe(id)
  })

  test.each([undefined, '', [id, id], id.toUpperCase(), id.slice(1), `${id}0`, `${id}\n`, `${id.slice(1)}"`])(
    'in place of %j as an id the message gets a trace of its own',
    async header => {
      const traces = [await traced(header), await traced(header)]
      for (const trace of traces) expect(trace).toMatch(/^[\da-f]{32}$/)
      expect(new Set([...traces, id]).size).toBe(3)
    },
  )
}

const receive = async ({ receiver }: ReceiverBench, request: RawRequest): Promise<Received> => receiver.receive(request)
