import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, type Context, EXIT } from '../command.ts'
import { speakerOf } from '../language.ts'
import { asksWithText, asWritten } from '../reading.ts'
import { table } from '../text.ts'
import { find, type Life } from './find.ts'
import { linesOf } from './lines.ts'
import { keptOf, linesOfTexts } from './texts.ts'
import { judge } from './verdict.ts'

/** `waystation trace`: the life of one message. */
export function addTrace(program: Command, env: Env): void {
  const command = program.command('trace').description(speakerOf(env)(WHAT)).argument('<id>')
  asksWithText(command, env, trace)
}

const WHAT = {
  en: 'the life of one message, by the id of the message, its trace or its reply',
  zh: '一条消息的全程，按消息 id、trace id 或回复 id',
}

async function trace({ station, say }: Context, id: string, { text }: { text?: boolean }): Promise<Answer> {
  const lives = await find(station.redis, id)
  if (lives.length === 0) return { text: say(NONE), json: [], code: EXIT.failed }
  const listeners = { inbox: await station.bells.listeners(), outbox: await station.outboxBells.listeners() }
  const texts = text ? await Promise.all(lives.map(life => keptOf(station.redis, life))) : []
  const told = lives.map((life, index) => ({ life, verdict: judge(life, listeners, Date.now()), texts: texts[index] }))
  return {
    text: told
      .flatMap(({ life, verdict, texts }) => [
        picture(life),
        say(verdict.words),
        ...(texts ? [asWritten(linesOfTexts(texts, say))] : []),
      ])
      .join('\n\n'),
    json: told.map(({ life, verdict, texts }) => ({
      ...life,
      state: verdict.state,
      verdict: say(verdict.words),
      texts,
    })),
  }
}

const NONE = {
  en: 'Nothing is known of it: it is of more than a day ago, or never came.',
  zh: '没有它的记录：超过一天了，或者从未到达。',
}

function picture({ conversation, traceId, entries }: Life): string {
  const start = entries[0]?.at ?? 0
  const rows = linesOf(entries).map(({ at, event, id, detail }, index, all) => [
    `+${((at - start) / 1000).toFixed(3)}`,
    index === 0 ? '' : `${((at - (all[index - 1]?.at ?? at)) / 1000).toFixed(3)}`,
    event,
    id,
    describe(detail),
  ])
  return `${conversation}  ${new Date(start).toISOString()}  trace ${traceId ?? '?'}\n\n${table(['s', 'since', 'what', 'id', ''], rows)}`
}

const describe = (detail: object): string =>
  Object.entries(detail)
    .filter(([name]) => name !== 'traceId')
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : value}`)
    .join(', ')
