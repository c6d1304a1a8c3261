import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { z } from 'zod'

/** A process of the bench's own. It ends with this one. */
export type Child<Hello> = AsyncDisposable & { pid: number; hello: Hello }

/**
 * Runs a file with `settings`, and waits for its first message, its `hello`. It reads the one with `settings()` and
 * sends the other with `sayHello()`.
 */
export async function startChild<Hello>(
  file: URL,
  settings: Readonly<Record<string, string | number>>,
  hello: z.ZodType<Hello>,
): Promise<Child<Hello>> {
  // In a process group of its own: a Ctrl-C is for the bench to handle.
  const child = fork(file, {
    detached: true,
    env: { SETTINGS: JSON.stringify(settings) },
  })
  const exited = once(child, 'exit')
  const said = await Promise.race([once(child, 'message'), exited.then(() => undefined)])
  if (!said) throw new Error(`${file.pathname} does not start`)
  return {
    // It runs, so it has one.
    pid: child.pid ?? 0,
    hello: hello.parse(said[0]),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** In the child: what it was started with. */
export const settings = <Settings>(schema: z.ZodType<Settings>): Settings =>
  schema.parse(JSON.parse(process.env.SETTINGS ?? '{}'))

/** In the child: it is ready. From here on it ends when its parent does. */
export function sayHello(hello: object): void {
  process.once('disconnect', () => process.exit())
  process.send?.(hello)
}
