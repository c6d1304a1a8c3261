const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * How long something lasts, in what Prometheus and Alertmanager read: windows (`[5m]`, `[1h:1m]`), `offset`, `for`,
 * `keep_firing_for`, and how often one asks, looks, waits and repeats. Numbers that are compared are no durations.
 */
const DURATION = /(?<=\[|\[\w+:|\boffset |\b(?:for|\w+_for|\w+_interval|\w+_wait): )(\d+)(ms|[smhd])\b/g

/** A configuration with all that lasts in it divided by `speed`. */
export const quicken = (text: string, speed: number): string =>
  text.replaceAll(DURATION, (_, amount: string, unit: keyof typeof UNITS) => {
    return `${Math.round((Number(amount) * UNITS[unit]) / speed)}ms`
  })
