import { startModel } from '@waystation/testing'
import { z } from 'zod'
import { sayHello, settings } from './child.ts'

const FORGET_EVERY_MS = 1_000

/** The simulated model, in a process of its own. */
const { modelMs, firstTokenMs } = settings(z.object({ modelMs: z.number(), firstTokenMs: z.number() }))
const { baseUrl, model, forget } = await startModel({ durationMs: modelMs, firstTokenMs })
setInterval(forget, FORGET_EVERY_MS)
sayHello({ baseUrl, model })
