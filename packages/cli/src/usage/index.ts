import { type Period, readBooks, type Spent } from '@waystation/models'
import type { Env } from '@waystation/runtime'
import { type Command, Option } from 'commander'
import { type Answer, asks, type Context, Misused } from '../command.ts'
import { speakerOf } from '../language.ts'
import { table } from '../text.ts'

/** Each day has a book of its own, and all are read at once. */
const LONGEST_MS = 3_660 * 24 * 60 * 60 * 1000

type Options = { by: 'day' | 'group' | 'model' | 'user'; from?: string; to?: string }

/** `waystation usage`: who used what. */
export function addUsage(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('usage')
    .description(say({ en: 'what was used, this month or from one day to another', zh: '本月或某段日期的用量' }))
    .addOption(new Option('--by <whom>', say(BY)).choices(['model', 'user', 'group', 'day']).default('model'))
    .option('--from <day>', say({ en: 'the first day (UTC), 2026-02-28', zh: '第一天（UTC），2026-02-28' }))
    .option('--to <day>', say({ en: 'the last one; without it, today', zh: '最后一天；不写则到今天' }))
  asks(command, env, usage)
}

const BY = { en: 'added up by', zh: '按什么汇总' }

async function usage({ station, say }: Context, { by, from, to }: Options): Promise<Answer> {
  const now = Date.now()
  const today = new Date(now).toISOString().slice(0, 10)
  const period: Period =
    from === undefined && to === undefined ? 'month' : { from: from ?? to ?? today, to: to ?? today }
  if (typeof period === 'object') {
    if (![period.from, period.to].every(isDay)) throw new Misused(say(DAYS))
    if (period.from > period.to) throw new Misused(say(BACKWARDS))
    if (Date.parse(period.to) - Date.parse(period.from) > LONGEST_MS) throw new Misused(say(LONG))
  }
  const books = await readBooks(station.redis, period, by === 'day' ? 'day' : 'line', now)
  const named = [...books].flatMap(([line, spent]) => {
    const name =
      by === 'day' || line === 'everybody' ? line : line.startsWith(`${by}:`) ? line.slice(by.length + 1) : undefined
    return name === undefined ? [] : [{ name, ...spent }]
  })
  const rows =
    by === 'day' ? named : named.toSorted((one, other) => other.cost - one.cost || other.answers - one.answers)
  if (!rows.some(({ answers }) => answers > 0))
    return { text: say({ en: 'Nothing was used.', zh: '没有用量。' }), json: [] }
  return { text: table([by, 'answers', 'read', 'written', 'cost'], rows.map(row)), json: rows }
}

const BACKWARDS = { en: '--from is a day after --to.', zh: '--from 晚于 --to。' }
const LONG = { en: 'That is more than ten years.', zh: '超过十年了。' }
const DAYS = { en: 'A day is written 2026-02-28.', zh: '日期写作 2026-02-28。' }

/** There is no February 30. */
const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(text).toJSON()?.slice(0, 10) === text

const row = ({ name, answers, promptTokens, completionTokens, cost }: Spent & { name: string }): string[] => [
  name,
  String(answers),
  String(promptTokens),
  String(completionTokens),
  cost.toFixed(4),
]
