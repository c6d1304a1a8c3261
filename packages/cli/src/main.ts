#!/usr/bin/env node
import { createProgram } from './program.ts'

// Whoever reads may have enough, as `head` does.
process.stdout.on('error', () => process.exit())
await createProgram(process.env).parseAsync()
// A connection that was given up would go on trying. A pipe takes 64 KiB at a time, and the rest when they are read.
process.stdout.write('', () => process.exit())
