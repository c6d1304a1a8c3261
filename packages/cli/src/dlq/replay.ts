import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, type Context, EXIT, Misused } from '../command.ts'
import { type Filter, letterBox, mustSayWhich, select, WHICH } from './select.ts'

type Options = Filter & { all?: boolean; rate: number }

/** Paced, so that old questions do not hold up new ones. */
export async function replay(
  { station, say, progress, signal }: Context,
  ids: string[],
  options: Options,
): Promise<Answer> {
  mustSayWhich(ids, options, say(WHICH))
  if (!(options.rate > 0)) throw new Misused(say({ en: '--rate is a number above 0.', zh: '--rate 要大于 0。' }))
  const letters = await select(station, ids, options)
  const box = letterBox(station)
  const replayed: string[] = []
  for (const [index, kept] of letters.entries()) {
    if (signal.aborted) break
    if (await box.replay(kept)) replayed.push(kept.id)
    if (letters.length > 1) progress(`${index + 1}/${letters.length}`)
    if (index + 1 < letters.length) await sleep(1000 / options.rate, undefined, { signal }).catch(() => {})
  }
  const text = say({
    en: `${replayed.length} of ${letters.length} replayed.`,
    zh: `${letters.length} 封中重做了 ${replayed.length} 封。`,
  })
  return { text, json: { found: letters.length, replayed }, code: replayed.length === 0 ? EXIT.failed : EXIT.done }
}
