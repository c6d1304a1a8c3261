import { conversationOf, type Inquiry } from '@waystation/domain'
import { dayOf, monthOf } from './days.ts'
import { toMicros } from './prices.ts'
import type { Budget } from './settings.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** After the last entry: past the end of its window, and what settles late finds it still. */
const KEEP_MS = { day: 2 * DAY_MS, month: 33 * DAY_MS } as const

/** What one budget counts for one person, conversation or all, in one window. */
export type Account = {
  /** hash: `spent`, and `reserved:<id>` → `<micros> <ends at>`; see reserve.lua */
  key: string
  limitMicros: number
  keepMs: number
  budget: Pick<Budget, 'name' | 'over'>
}

/** The accounts that an inquiry is charged to. */
export function accountsOf(budgets: readonly Budget[], inquiry: Inquiry, now: number): Account[] {
  return budgets
    .filter(({ match }) => !match || match.includes(inquiry.sender.id) || match.includes(inquiry.conversation))
    .map(budget => accountOf(budget, holder(budget.per, inquiry), now))
}

/** Those that all spend from together, and that allow anything at all. */
export function sharedAccountsOf(budgets: readonly Budget[], now: number): Account[] {
  return budgets
    .filter(({ per, limit }) => per === 'everybody' && limit > 0)
    .map(budget => accountOf(budget, 'everybody', now))
}

function accountOf({ name, limit, window, over }: Budget, holder: string, now: number): Account {
  return {
    key: `waystation:{models}:budget:${name}:${window === 'day' ? dayOf(now) : monthOf(now)}:${holder}`,
    limitMicros: toMicros(limit),
    keepMs: KEEP_MS[window],
    budget: { name, over },
  }
}

/** Two platforms may give two people one id. */
function holder(per: Budget['per'], { conversation, sender }: Inquiry): string {
  if (per === 'everybody') return 'everybody'
  return per === 'group' ? conversation : `${conversationOf(conversation).channel}.${sender.id}`
}
