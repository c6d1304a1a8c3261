#!/usr/bin/env node
import { EXIT } from './command.ts'
import { createProgram } from './program.ts'

/** Whoever reads may have enough, as `head` does; on a full disk the answer is lost. */
function end(error?: NodeJS.ErrnoException | null): void {
  if (!error || error.code === 'EPIPE') process.exit()
  process.stderr.write(`${error.message}\n`)
  process.exit(EXIT.failed)
}

process.stdout.on('error', end)
await createProgram(process.env).parseAsync()
// A connection that was given up would go on trying. A pipe takes 64 KiB at a time, and the rest when they are read.
process.stdout.write('', end)
