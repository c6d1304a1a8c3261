import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { SCRAPING_SECONDS } from './scraping.ts'

export const help = `Drives the station, and the smallest bot there is, with messages at a steady rate.

  npm run bench -- [options]

  --channel telegram     where people write: telegram or feishu (without its rate limits)
  --rate 200             messages per second, over all conversations
  --conversations 100    private chats that take turns in writing (with --model as many more as it takes that none
                         waits for its last answer: rate × the model's seconds × 2)
  --seconds 30           how long is measured
  --warm-up 5            seconds of the same load before that
  --model-ms 400         how long the model takes for an answer
  --first-token-ms 100   how long it takes to begin with it (all of --model-ms; a quarter of it when streaming)
  --model ttft=300,tps=60,tokens=60
                         in place of these two: ms to the first token, then tokens a second, so many of them (60)
  --streaming off        on: replies are shown while they grow
  --sustained            a model that takes no time: does the station keep up with --rate?
  --gateway 1 --inference 1 --sender 1
                         how many processes of each service
  --baseline also        the smallest bot there is: also, only or none
  --scrape               reads /metrics in half of --seconds (40 or more), in turns: what does that cost?
  --report models        a series of short runs instead: the models' layer at its limits, and its cache (2 to 3 minutes)
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

/** `ttft=300,tps=60,tokens=60` */
const pace = z
  .string()
  .transform(text => Object.fromEntries(text.split(',').map(part => part.split('='))))
  .pipe(
    z.strictObject(
      {
        ttft: amount('milliseconds to the first token, such as 300'),
        tps: positive('tokens per second, such as 60'),
        tokens: count('a number of tokens, such as 60').default(60),
      },
      'ttft=…,tps=… or ttft=…,tps=…,tokens=…',
    ),
  )

const CONVERSATIONS = 100

const schema = z
  .object({
    channel: z.enum(['telegram', 'feishu'], 'telegram or feishu').default('telegram'),
    rate: positive('messages per second, such as 200').default(200),
    conversations: count('a number of chats, such as 100').optional(),
    seconds: positive('a number of seconds').default(30),
    'warm-up': amount('a number of seconds').default(5),
    'model-ms': amount('a number of milliseconds').default(400),
    'first-token-ms': amount('a number of milliseconds').optional(),
    model: pace.optional(),
    streaming: z.enum(['on', 'off'], 'on or off').default('off'),
    sustained: z.boolean().default(false),
    gateway: processes,
    inference: processes,
    sender: processes,
    baseline: z.enum(['also', 'only', 'none'], 'also, only or none').default('also'),
    scrape: z.boolean().default(false),
    report: z.enum(['models'], 'models').optional(),
    json: z.boolean().default(false),
    profile: z.string().min(1, 'a folder').optional(),
    help: z.boolean().default(false),
  })
  .refine(({ scrape, seconds }) => !scrape || seconds >= SCRAPING_SECONDS, {
    path: ['scrape'],
    message: `wants --seconds of ${SCRAPING_SECONDS} or more`,
  })
  .transform(({ 'warm-up': warmUp, 'model-ms': asked, 'first-token-ms': first, model, profile, ...rest }) => {
    const modelMs = model ? Math.round(model.ttft + (model.tokens / model.tps) * 1000) : rest.sustained ? 0 : asked
    const begins = model ? model.ttft : first
    // Twice as many as are answered at once.
    const atEase = model ? Math.ceil((rest.rate * modelMs * 2) / 1000) : 0
    return {
      ...rest,
      conversations: rest.conversations ?? Math.max(CONVERSATIONS, atEase),
      warmUp,
      modelMs,
      firstTokenMs: Math.min(begins ?? (rest.streaming === 'on' ? modelMs / 4 : modelMs), modelMs),
      ...(model ? { tokens: model.tokens } : {}),
      ...(profile === undefined ? {} : { profile: resolve(profile) }),
    }
  })

export type Options = z.infer<typeof schema>

/** Beside what can be typed, what a report asks for. */
export type Run = Options & {
  /** How many questions the model is asked at once. */
  concurrency?: number
  /** How many turns an inference process has at once. */
  turns?: number
  /** Everybody asks the same, each in a chat of their own. */
  isSame?: boolean
}

const flags = ['sustained', 'scrape', 'json', 'help']
const spelling = Object.fromEntries(
  Object.keys(schema.in.shape).map(name => [name, { type: flags.includes(name) ? 'boolean' : 'string' } as const]),
)

/** What an option decides, so that it cannot be said beside it. */
const decided = {
  model: ['model-ms', 'first-token-ms', 'sustained'],
  report: Object.keys(spelling).filter(name => !['report', 'json', 'help'].includes(name)),
}

/** Throws `BadOptions`. */
export function readOptions(args: string[]): Options {
  const given = parse(args)
  const result = schema.safeParse(given)
  const clashes = Object.entries(decided).flatMap(([option, others]) =>
    others.filter(other => option in given && other in given).map(other => `--${other}: not together with --${option}`),
  )
  if (result.success && clashes.length === 0) return result.data
  const issues = result.error?.issues ?? []
  const faults = [...issues.map(({ path, message }) => `--${path.join(' ')}: ${message}`), ...clashes]
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
