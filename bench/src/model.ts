import { startModel } from '@waystation/testing'
import { z } from 'zod'
import { sayHello, settings } from './child.ts'
import { answerOf } from './marks.ts'

const FORGET_EVERY_MS = 1_000

/** The simulated model, in a process of its own. With `tokens` it says so many, each by itself. */
const { modelMs, firstTokenMs, tokens } = settings(
  z.object({ modelMs: z.number(), firstTokenMs: z.number(), tokens: z.number().optional() }),
)
const { baseUrl, model, forget } = await startModel({
  durationMs: modelMs,
  firstTokenMs,
  ...(tokens === undefined
    ? {}
    : { chunks: tokens, answer: messages => answerOf(String(messages.at(-1)?.content), tokens) }),
})
setInterval(forget, FORGET_EVERY_MS)
sayHello({ baseUrl, model })
