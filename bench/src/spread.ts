/** Half of the samples are at most `p50`, ninety-nine of a hundred at most `p99`. */
export type Spread = { p50: number; p99: number; max: number }

/** `undefined` for no samples. */
export function spreadOf(samples: readonly number[]): Spread | undefined {
  const sorted = samples.toSorted((a, b) => a - b)
  const max = sorted.at(-1)
  if (max === undefined) return undefined
  // The nearest rank: a sample that there was, never one in between.
  const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? max
  return { p50: percentile(0.5), p99: percentile(0.99), max }
}
