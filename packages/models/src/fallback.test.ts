import { type Completion, type Model, Unavailable } from '@waystation/domain'
import { expect, test } from 'vitest'
import { withFallback } from './fallback.ts'

const route = { tier: 'local', model: 'm', reason: 'default' } as const
const never = new AbortController().signal

const says = (...texts: string[]): Model => ({
  async *complete() {
    for (const text of texts) yield { text, route }
  },
})
const fails = (...texts: string[]): Model => ({
  async *complete(prompt, signal) {
    yield* says(...texts).complete(prompt, signal)
    throw new Unavailable('away')
  },
})

async function read(model: Model, signal = never): Promise<Completion[]> {
  const completions: Completion[] = []
  for await (const completion of model.complete([], signal)) completions.push(completion)
  return completions
}

test('the first model answers while it can', async () => {
  expect(await read(withFallback([says('a'), says('b')]))).toEqual([{ text: 'a', route }])
})

test('the next one answers when the first fails before its first token, and the route says so', async () => {
  const [answer] = await read(withFallback([fails(), fails(), says('c')]))
  expect(answer).toEqual({ text: 'c', route: { ...route, reason: 'fallback' } })
})

test('after a first token there is no going over: never two answers', async () => {
  await expect(read(withFallback([fails('half an'), says('b')]))).rejects.toThrow(Unavailable)
})

test('nobody is asked any more once the turn was aborted', async () => {
  await expect(read(withFallback([fails(), says('b')]), AbortSignal.abort())).rejects.toThrow(Unavailable)
})

test('when all fail, the last one says why', async () => {
  await expect(read(withFallback([fails(), fails()]))).rejects.toThrow(Unavailable)
})
