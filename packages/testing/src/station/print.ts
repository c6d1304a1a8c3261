/** The end of it, which is what a failure is explained by. */
const LAST_CHARACTERS = 20_000

/** Prints what `output` returns then, should the test that runs now fail. Does nothing outside vitest. */
export async function printIfTestFails(output: () => string): Promise<void> {
  if (process.env.VITEST === undefined) return
  const { onTestFailed } = await import('vitest')
  try {
    onTestFailed(() => void process.stderr.write(`\nThe station printed last:\n${output().slice(-LAST_CHARACTERS)}\n`))
  } catch {
    // Started in a hook: there is no test yet whose failure could be waited for.
  }
}
