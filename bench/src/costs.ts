import type { Usages } from './usage.ts'

/** By service: CPU seconds for a thousand messages, and memory in the end. */
export type Costs = Readonly<Record<string, Cost>>
export type Cost = { cpuSecondsPer1000: number; memoryMb: number }

export function costsOf(before: Usages, after: Usages, messages: number): Costs {
  const costs = Object.entries(after).map(([service, { cpuSeconds, memoryBytes }]): [string, Cost] => {
    const used = cpuSeconds - (before[service]?.cpuSeconds ?? 0)
    return [service, { cpuSecondsPer1000: (used / Math.max(messages, 1)) * 1000, memoryMb: memoryBytes / 1e6 }]
  })
  return Object.fromEntries(costs)
}

export const total = (costs: Costs): Cost =>
  Object.values(costs).reduce(
    (sum, cost) => ({
      cpuSecondsPer1000: sum.cpuSecondsPer1000 + cost.cpuSecondsPer1000,
      memoryMb: sum.memoryMb + cost.memoryMb,
    }),
    { cpuSecondsPer1000: 0, memoryMb: 0 },
  )
