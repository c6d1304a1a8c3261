import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'

export const help = `Drives the station, and the smallest bot there is, with messages at a steady rate.

  npm run bench -- [options]

  --channel telegram     where people write: telegram or feishu (without its rate limits)
  --rate 200             messages per second, over all conversations
  --conversations 100    private chats that take turns in writing
  --seconds 30           how long is measured
  --warm-up 5            seconds of the same load before that
  --model-ms 400         how long the model takes for an answer
  --first-token-ms 100   how long it takes to begin with it (all of --model-ms; a quarter of it when streaming)
  --streaming off        on: replies are shown while they grow
  --sustained            a model that takes no time: does the station keep up with --rate?
  --gateway 1 --inference 1 --sender 1
                         how many processes of each service
  --baseline also        the smallest bot there is: also, only or none
  --json                 the whole report as JSON
  --profile <folder>     a CPU profile of each service, for Chrome's DevTools
  --help
`

/** What was typed is no set of options; the message says why. */
export class BadOptions extends Error {
  override name = 'BadOptions'
}

const amount = (what: string) => z.coerce.number(what).nonnegative(what)
const positive = (what: string) => z.coerce.number(what).positive(what)
const count = (what: string) => z.coerce.number(what).int(what).min(1, what).max(10_000, what)
const processes = count('a number of processes').default(1)

const schema = z
  .object({
    channel: z.enum(['telegram', 'feishu'], 'telegram or feishu').default('telegram'),
    rate: positive('messages per second, such as 200').default(200),
    conversations: count('a number of chats, such as 100').default(100),
    seconds: positive('a number of seconds').default(30),
    'warm-up': amount('a number of seconds').default(5),
    'model-ms': amount('a number of milliseconds').default(400),
    'first-token-ms': amount('a number of milliseconds').optional(),
    streaming: z.enum(['on', 'off'], 'on or off').default('off'),
    sustained: z.boolean().default(false),
    gateway: processes,
    inference: processes,
    sender: processes,
    baseline: z.enum(['also', 'only', 'none'], 'also, only or none').default('also'),
    json: z.boolean().default(false),
    profile: z.string().min(1, 'a folder').optional(),
    help: z.boolean().default(false),
  })
  .transform(({ 'warm-up': warmUp, 'model-ms': asked, 'first-token-ms': begins, profile, ...rest }) => {
    const modelMs = rest.sustained ? 0 : asked
    return {
      ...rest,
      warmUp,
      modelMs,
      firstTokenMs: Math.min(begins ?? (rest.streaming === 'on' ? modelMs / 4 : modelMs), modelMs),
      ...(profile === undefined ? {} : { profile: resolve(profile) }),
    }
  })

export type Options = z.infer<typeof schema>

const flags = ['sustained', 'json', 'help']
const spelling = Object.fromEntries(
  Object.keys(schema.in.shape).map(name => [name, { type: flags.includes(name) ? 'boolean' : 'string' } as const]),
)

/** Throws `BadOptions`. */
export function readOptions(args: string[]): Options {
  const result = schema.safeParse(parse(args))
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
  throw new BadOptions(`${faults.join('\n')}\nSee --help.`)
}

function parse(args: string[]): object {
  try {
    return parseArgs({ args, options: spelling }).values
  } catch (error) {
    // Node says it in words for people: "Unknown option '--speed'".
    throw new BadOptions(`${error instanceof Error ? error.message : error}\nSee --help.`)
  }
}
