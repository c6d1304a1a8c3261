#!/usr/bin/env node
import { createProgram } from './program.ts'

await createProgram(process.env).parseAsync()
// A connection that was given up would go on trying.
process.exit()
