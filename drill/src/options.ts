import { parseArgs } from 'node:util'
import { z } from 'zod'
import { failures } from './failures/index.ts'

export const help = `Causes each failure that an alert tells of, and sees that everybody is told of it once, and once that it is over.

  npm run drill -- [options]

  --only RedisDown …     these alerts alone
  --speed 20             all that the rules and Alertmanager wait for is divided by it; 1: everything as it is shipped
  --healthy 10           minutes of ordinary load before it, in which nothing may be told; 0: none
  --list                 what is caused, and who is told
  --help
`

/** What was typed is no set of options; the message says why. */
export class BadOptions extends Error {
  override name = 'BadOptions'
}

const alerts = failures.flatMap(({ tells }) => Object.keys(tells))
const amount = (what: string) => z.coerce.number(what)

const schema = z.object({
  only: z.array(z.enum(alerts, { error: ({ input }) => `nothing here brings ${input}; see --list` })).default([]),
  speed: amount('a number from 1 to 60, such as 20').min(1).max(60).default(20),
  healthy: amount('a number of minutes, such as 10').min(0).default(10),
  list: z.boolean().default(false),
  help: z.boolean().default(false),
})

export type Options = z.infer<typeof schema>

/** Throws `BadOptions`. */
export function readOptions(args: string[]): Options {
  const { data, error } = schema.safeParse(parse(args))
  if (data) return data
  const faults = error.issues.map(({ path, message }) => `--${path[0]?.toString()}: ${message}`)
  throw new BadOptions(`${faults.join('\n')}\nSee --help.`)
}

function parse(args: string[]): object {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        speed: { type: 'string' },
        healthy: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (positionals.length > 0 && !values.only) throw new Error(`Unexpected argument '${positionals[0]}'`)
    // More names may follow the first.
    return values.only ? { ...values, only: [...values.only, ...positionals] } : values
  } catch (error) {
    // Node says it in words for people: "Unknown option '--fast'".
    throw new BadOptions(`${error instanceof Error ? error.message : error}\nSee --help.`)
  }
}
