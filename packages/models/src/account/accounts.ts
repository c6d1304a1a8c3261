import { randomUUID } from 'node:crypto'
import { conversationOf, type Inquiry, type Route, Unavailable, type Usage } from '@waystation/domain'
import { type Redis, script } from '@waystation/redis'
import { type Account, accountsOf, sharedAccountsOf } from './budgets.ts'
import { dayOf, type Period } from './days.ts'
import { toMicros } from './prices.ts'
import type { Budget } from './settings.ts'
import { booksOf, lineOf, readUsage, type Spent, type Whose } from './usage.ts'

/** Longer than any answer takes; after a killed worker, what it had reserved is free again so soon. */
const RESERVATION_MS = 15 * 60 * 1000
/** A year can be compared with the one before. */
const BOOKS_MS = 400 * 24 * 60 * 60 * 1000

/** Money that is spoken for until `settle`, `release`, or 15 minutes have passed. */
export type Reservation = { id: string; accounts: readonly Account[] }

/** The budget that is spent, and what its settings say of questions then. */
export type OverBudget = { over: Budget['over']; budget: string }

/** What an answer came to: `cost` in the currency of the prices. */
export type Bill = { tier: Route['tier']; model: string; usage: Usage; cost: number }

export type Accounts = ReturnType<typeof createAccounts>

/**
 * Who has spent what, and whether more may be spent, for all workers together. The settings are looked at for every
 * question. Calls reject while Redis is away.
 */
export function createAccounts(redis: Redis, budgets: () => readonly Budget[], { now = Date.now } = {}) {
  const reserveScript = script(redis, new URL('./reserve.lua', import.meta.url))
  const settleScript = script(redis, new URL('./settle.lua', import.meta.url))

  const chargedFor = (inquiry: Inquiry, cost: number): Account[] =>
    cost > 0 ? accountsOf(budgets(), inquiry, now()) : []

  return {
    /**
     * Asks every budget that applies for an estimate of the cost. It is granted while any of the limit is left, so that
     * a budget is overspent by less than one request where no estimate is too low. `undefined`: no budget applies, or it
     * costs nothing; Redis was not asked. Of several spent budgets one that refuses is named. Throws `Unavailable`.
     */
    async reserve(inquiry: Inquiry, estimate: number): Promise<Reservation | OverBudget | undefined> {
      const accounts = chargedFor(inquiry, estimate)
      if (accounts.length === 0) return undefined
      const id = randomUUID()
      const spent = await reserveScript(
        accounts.map(({ key }) => key),
        [
          id,
          toMicros(estimate),
          now(),
          now() + RESERVATION_MS,
          ...accounts.flatMap(({ limitMicros, keepMs }) => [limitMicros, keepMs]),
        ],
      ).catch(error => {
        throw new Unavailable('Redis does not say what is spent', undefined, { cause: error })
      })
      // reserve.lua's answer has the shape it documents.
      const over = accounts.filter((_, i) => (spent as number[]).includes(i + 1)).map(({ budget }) => budget)
      const strictest = over.find(budget => budget.over === 'refuse') ?? over[0]
      return strictest ? { over: strictest.over, budget: strictest.name } : { id, accounts }
    },

    /**
     * Enters an answer into the books and charges its cost where it was reserved, or, without a reservation, to every
     * budget that applies. A reservation is settled once, however often this is called.
     */
    async settle(reservation: Reservation | undefined, inquiry: Inquiry, bill: Bill): Promise<void> {
      const { id, accounts } = reservation ?? { id: randomUUID(), accounts: chargedFor(inquiry, bill.cost) }
      await settleScript(
        [`waystation:{models}:settled:${id}`, booksOf(dayOf(now())), ...accounts.map(({ key }) => key)],
        [
          id,
          toMicros(bill.cost),
          bill.usage.promptTokens,
          bill.usage.completionTokens,
          RESERVATION_MS,
          BOOKS_MS,
          ...accounts.map(({ keepMs }) => keepMs),
          ...linesOf(inquiry, bill),
        ],
      )
    },

    /** Nothing was asked, or nothing came of it: what was reserved is free again. */
    async release({ id, accounts }: Reservation): Promise<void> {
      await Promise.all(accounts.map(({ key }) => redis.hdel(key, `reserved:${id}`)))
    },

    /** How much of each budget that all spend from together is spent, by its name: 1 is all of its limit. */
    async usedShares(): Promise<ReadonlyMap<string, number>> {
      const shared = sharedAccountsOf(budgets(), now())
      const spent = await Promise.all(shared.map(({ key }) => redis.hget(key, 'spent')))
      return new Map(shared.map(({ budget, limitMicros }, i) => [budget.name, Number(spent[i] ?? 0) / limitMicros]))
    },

    /** What was answered, and what it cost. */
    usageOf: (whose: Whose, period: Period): Promise<Spent> => readUsage(redis, whose, period, now()),
  }
}

function linesOf({ conversation, sender }: Inquiry, { tier, model }: Bill): string[] {
  const { channel } = conversationOf(conversation)
  return ['everybody' as const, { channel, sender: sender.id }, { conversation }, { tier, model }].map(lineOf)
}
