/** A day, `2026-02-28`, or two of them and all between. Days and months are UTC's: the same for every worker and chat. */
export type Period = 'day' | 'month' | { from: string; to: string }

const DAY_MS = 24 * 60 * 60 * 1000

/** The day of an instant (ms since 1970). */
export const dayOf = (now: number): string => new Date(now).toISOString().slice(0, 10)

export const monthOf = (now: number): string => dayOf(now).slice(0, 7)

/** The days of a period, oldest first; of the current `day` or `month` those up to today. */
export function daysOf(period: Period, now: number): string[] {
  const today = dayOf(now)
  if (period === 'day') return [today]
  const { from, to } = period === 'month' ? { from: `${monthOf(now)}-01`, to: today } : period
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(dayOf(at))
  return days
}
