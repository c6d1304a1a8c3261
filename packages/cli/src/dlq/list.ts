import type { Answer, Context } from '../command.ts'
import { duration, table } from '../text.ts'
import { type Filter, outline, select } from './select.ts'

export async function list({ station, language, say }: Context, filter: Filter): Promise<Answer> {
  const letters = (await select(station, [], filter)).map(outline)
  if (letters.length === 0) return { text: say({ en: 'There are no dead letters.', zh: '没有死信。' }), json: [] }
  const rows = letters.map(({ id, kind, reason, at, conversation }) => [
    id,
    kind,
    duration(Date.now() - Date.parse(at), language),
    reason,
    conversation,
  ])
  return { text: table(['id', 'kind', 'age', 'reason', 'conversation'], rows), json: letters }
}
