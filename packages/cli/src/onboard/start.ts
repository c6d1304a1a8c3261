import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Env } from '@waystation/runtime'
import type { Words } from '../language.ts'
import type { Target } from '../target.ts'
import { Wrong } from '../wrong.ts'

const MAIN = fileURLToPath(new URL('../../../../services/all/src/main.ts', import.meta.url))
/** The first start compiles everything, and fetches a Redis where there is none. */
const START_WITHIN_MS = 180_000

export type Started = {
  /** Where its web page is, without a slash at its end. */
  origin: string
  /** What it said at its start. */
  said: string[]
  /** From now on all that it says is printed. */
  handOver(): void
  /** It ends by itself at Ctrl-C. */
  ended: Promise<void>
  stop(): Promise<void>
}

/** How a person starts it. */
export const startWords: Readonly<Record<Target, Words>> = {
  start: { en: 'Start it with `npm start`.', zh: '用 `npm start` 启动。' },
  compose: {
    en: 'Start it with `docker compose up -d --build --wait`. Then `npx waystation trial` sends a message through it.',
    zh: '用 `docker compose up -d --build --wait` 启动。然后 `npx waystation trial` 会发一条测试消息。',
  },
}

/** Of the message that goes through it then. */
export const SENDING = { en: 'Sending a message through the whole road', zh: '正在发送测试消息' }
export const ROAD = { en: 'The road of a message', zh: '一条消息的全程' }

/** Does what `npm start` does, in this folder. Throws `Wrong` with what it said, should it not start. */
export async function startStation(env: Env, signal: AbortSignal): Promise<Started> {
  const child = spawn(process.execPath, [MAIN], { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close').then(() => {})
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  signal.addEventListener('abort', stop)
  const said: string[] = []
  const complaints: string[] = []
  let isHandedOver = false
  const started = Promise.withResolvers<string>()
  createInterface({ input: child.stdout }).on('line', line => {
    if (isHandedOver) process.stdout.write(`${line}\n`)
    if (!line.startsWith('{')) said.push(line)
    const [, origin] = /^web: (http:.*)\/$/.exec(line) ?? []
    if (origin !== undefined) started.resolve(origin)
  })
  createInterface({ input: child.stderr }).on('line', line => complaints.push(line))
  const fail = () => started.reject(new Wrong(notStarted([...complaints, ...said].join('\n'))))
  const timer = setTimeout(fail, START_WITHIN_MS)
  void ended.then(fail)
  try {
    const origin = await started.promise
    return {
      origin,
      said,
      handOver() {
        isHandedOver = true
        // The terminal gives Ctrl-C to both; npm passes on a second one.
        process.on('SIGINT', () => {})
      },
      ended,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  } finally {
    clearTimeout(timer)
  }
}

const notStarted = (why: string) => ({
  en: `The station did not start. A station that runs here already is to be stopped first.\n${why}`,
  zh: `站点没有启动。如果这里已有站点在运行，请先停止它。\n${why}`,
})
