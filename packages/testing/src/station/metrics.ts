/** What Prometheus would have read from all processes at once. */
export type Metrics = {
  /** The sum of every series of this name that has these labels; 0 where there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
}

type Sample = { name: string; labels: Record<string, string>; value: number }

/** Reads the text format of `/metrics`. */
export function readMetrics(pages: string[]): Metrics {
  const samples = pages.flatMap(page => page.split('\n').flatMap(readSample))
  const has = (sample: Sample, labels: Readonly<Record<string, string>>) =>
    Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
  return {
    sum: (name, labels = {}) =>
      samples.reduce((total, sample) => total + (sample.name === name && has(sample, labels) ? sample.value : 0), 0),
  }
}

function readSample(line: string): Sample[] {
  const [, name, list = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line) ?? []
  if (name === undefined) return []
  const labels = Object.fromEntries(Array.from(list.matchAll(/(\w+)="([^"]*)"/g), ([, label, text]) => [label, text]))
  return [{ name, labels, value: Number(value) }]
}
