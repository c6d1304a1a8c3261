import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { acknowledgements } from './acknowledgements.ts'
import type { OnText } from './channel.ts'
import { type Costs, costsOf } from './costs.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { questionOf } from './marks.ts'
import type { Run } from './options.ts'
import type { Show } from './progress.ts'
import { onSchedule, until, type Window, within } from './schedule.ts'
import { type Scraping, scrapingOf, takeTurns } from './scraping.ts'
import { type Spread, spreadOf } from './spread.ts'
import type { System } from './systems.ts'
import { cpuSecondsOf, idleSeconds } from './usage.ts'

const BEGIN_AFTER_MS = 100
const LOOK_EVERY_MS = 50
const SHOW_EVERY_MS = 500
/**
 * After so long without any answer, what is not answered yet is given up: longer than we or a platform wait before
 * trying a second time.
 */
const PATIENCE_MS = 30_000

/** What was found. Latencies are of the messages that fell due within the window, times in ms unless named otherwise. */
export type Figures = {
  /** Messages per second. */
  offered: number
  achieved: number
  acknowledgedMs: Spread | undefined
  addedMs: Spread | undefined
  firstVisibleMs: Spread | undefined
  asked: number
  /** Those that came while the conversation's last one was being answered share a reply. */
  messagesPerReply: number
  lost: number
  duplicated: number
  outOfOrder: number
  /** Answers of the webhook other than 200. */
  refused: number
  /** From the end of the load to the last answer, less the model's time. */
  drainedSeconds: number
  /** What was still under way in the end although nothing came any more. */
  unsettled?: string
  costs: Costs
  simulatorsCosts: Costs
  /** With `--scrape`. */
  scraping?: Scraping
  /** The share of the machine's cores that was busy with anything else: near 0, or the other figures say little. */
  othersShare: number
  /** How late the load itself was. */
  lateMs: Spread | undefined
}

/** Starts a system, has people write to it at a steady rate, and counts what comes back. */
export async function measure(
  start: (onText: OnText) => Promise<System>,
  options: Run,
  show: Show,
  signal: AbortSignal,
): Promise<Figures> {
  const ledger = createLedger()
  show('starting')
  await using system = await start(text => ledger.see({ ...text, at: performance.now() }))
  signal.throwIfAborted()
  const beginsAt = performance.now() + BEGIN_AFTER_MS
  const from = beginsAt + options.warmUp * 1000
  const window: Window = { from, to: from + options.seconds * 1000 }

  const timer = setInterval(() => show(progressOf(ledger, window)), SHOW_EVERY_MS)
  try {
    const [[before, after], turns] = await Promise.all([
      drive(system, ledger, { ...options, beginsAt, window }, signal),
      options.scrape ? takeTurns({ system, ledger, window }, signal) : undefined,
    ])
    await untilAnswered(ledger, signal)
    const unsettled = await system.settled().then(
      () => undefined,
      (error: Error) => error.message,
    )
    return {
      ...figuresOf(system, ledger, window, options),
      ...pace(before, after),
      ...(turns ? { scraping: scrapingOf(turns) } : {}),
      ...(unsettled ? { unsettled } : {}),
    }
  } finally {
    clearInterval(timer)
  }
}

type Load = Pick<Run, 'rate' | 'conversations' | 'isSame'> & { beginsAt: number; window: Window }

/** Sends, and takes stock at both ends of the window. */
async function drive(
  system: System,
  ledger: Ledger,
  { rate, conversations, isSame, beginsAt, window }: Load,
  signal: AbortSignal,
) {
  const chats = Array.from({ length: conversations }, () => system.platform.openChat())
  const everyMs = 1000 / rate
  const count = Math.round((window.to - beginsAt) / everyMs)
  const sending = onSchedule({ beginsAt, count, everyMs }, (number, dueAt) => write(number, dueAt), signal)

  function write(number: number, dueAt: number): void {
    const chat = chats[number % conversations]
    if (!chat) return
    const mark = isSame ? 0 : number
    ledger.ask({ chat: chat.id, mark, dueAt, sentAt: performance.now() })
    chat.say(questionOf(mark))
  }

  async function atBothEnds() {
    await until(window.from, signal)
    const before = await takeStock(system, ledger)
    await until(window.to, signal)
    return [before, await takeStock(system, ledger)] as const
  }

  const [stocks] = await Promise.all([atBothEnds(), sending])
  return stocks
}

type Stock = Awaited<ReturnType<typeof takeStock>>

async function takeStock(system: System, ledger: Ledger) {
  const { asked, answered } = ledger.counts()
  const now = { at: performance.now(), asked, answered, idleSeconds: idleSeconds() }
  return { ...now, usages: await system.usage(), simulators: system.simulatorsUsage() }
}

async function untilAnswered(ledger: Ledger, signal: AbortSignal): Promise<void> {
  let { answered } = ledger.counts()
  let deadline = performance.now() + PATIENCE_MS
  while (ledger.counts().lost > 0 && performance.now() < deadline) {
    await sleep(LOOK_EVERY_MS, undefined, { signal })
    if (ledger.counts().answered === answered) continue
    answered = ledger.counts().answered
    deadline = performance.now() + PATIENCE_MS
  }
}

function pace(before: Stock, after: Stock) {
  const seconds = (after.at - before.at) / 1000
  const answered = after.answered - before.answered
  const coreSeconds = seconds * cpus().length
  return {
    offered: (after.asked - before.asked) / seconds,
    achieved: answered / seconds,
    costs: costsOf(before.usages, after.usages, answered),
    simulatorsCosts: costsOf(before.simulators, after.simulators, answered),
    othersShare: Math.max(1 - (after.idleSeconds - before.idleSeconds + used(after) - used(before)) / coreSeconds, 0),
  }
}

const used = ({ usages, simulators }: Stock): number => cpuSecondsOf(usages) + cpuSecondsOf(simulators)

function figuresOf({ platform }: System, ledger: Ledger, window: Window, options: Run) {
  const { modelMs, firstTokenMs, streaming } = options
  const { asked, answered, answers, lost, duplicated, outOfOrder } = ledger.counts()
  const due = ledger.asked.filter(({ dueAt }) => within(window, dueAt))
  const latencies = due.flatMap(({ dueAt, answer }) => (answer ? [answer.at - dueAt] : []))
  const sights = due.flatMap(({ dueAt, visibleAt }) => (visibleAt === undefined ? [] : [visibleAt - dueAt]))
  const { latenciesMs, refused } = acknowledgements(platform, window)
  const lastAnswerAt = ledger.asked.reduce((last, { answer }) => Math.max(last, answer?.at ?? 0), 0)
  return {
    acknowledgedMs: spreadOf(latenciesMs),
    addedMs: spreadOf(latencies.map(ms => ms - modelMs)),
    firstVisibleMs: streaming === 'on' ? spreadOf(sights.map(ms => ms - firstTokenMs)) : undefined,
    asked,
    messagesPerReply: answered / Math.max(answers, 1),
    lost,
    duplicated,
    outOfOrder,
    refused,
    drainedSeconds: Math.max(lastAnswerAt - window.to - modelMs, 0) / 1000,
    lateMs: spreadOf(due.map(({ dueAt, sentAt }) => sentAt - dueAt)),
  }
}

function progressOf(ledger: Ledger, { from, to }: Window): string {
  const { asked, answered } = ledger.counts()
  const now = performance.now()
  const stage = now < from ? 'warming up' : now < to ? `${Math.ceil((to - now) / 1000)} s to go` : 'draining'
  return `${stage}, ${asked} asked, ${answered} answered`
}
