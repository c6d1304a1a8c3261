import { type Answer, type Context, EXIT, Misused } from '../command.ts'
import { type Filter, letterBox, mustSayWhich, select, WHICH } from './select.ts'

type Options = Filter & { all?: boolean; yes?: boolean }

export async function drop({ station, say }: Context, ids: string[], options: Options): Promise<Answer> {
  mustSayWhich(ids, options, say(WHICH))
  const letters = await select(station, ids, options)
  if (!options.yes) throw new Misused(say(sure(letters.length)))
  const box = letterBox(station)
  const dropped: string[] = []
  for (const kept of letters) if (await box.drop(kept)) dropped.push(kept.id)
  const text = say({ en: `${dropped.length} dropped.`, zh: `丢弃了 ${dropped.length} 封。` })
  return { text, json: { dropped }, code: dropped.length === 0 ? EXIT.failed : EXIT.done }
}

const sure = (count: number) => ({
  en: `${count} would be lost for good. Add --yes if that is meant.`,
  zh: `将永久丢失 ${count} 封。确认请加 --yes。`,
})
