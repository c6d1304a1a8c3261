import type { KeptLetter } from '@waystation/mailbox'
import { type Answer, type Context, EXIT } from '../command.ts'
import { asWritten } from '../reading.ts'
import { fields } from '../text.ts'
import { outline, select } from './select.ts'

export async function show({ station, say }: Context, ids: string[], options: { text?: boolean }): Promise<Answer> {
  const found = await select(station, ids, {})
  if (found.length === 0) return { text: say(NONE), json: [], code: EXIT.failed }
  const letters = found.map(kept => ({
    ...outline(kept),
    stack: kept.letter.error.stack?.split('\n').map(line => line.trim()),
    texts: options.text ? textsOf(kept) : undefined,
  }))
  return { text: asWritten(letters.map(fields).join('\n\n')), json: letters }
}

const NONE = { en: 'There is no such dead letter.', zh: '没有这封死信。' }

function textsOf({ letter }: KeptLetter): string[] {
  if (letter.kind === 'turn') return letter.turn.messages.map(({ text }) => text)
  return letter.kind === 'reply' ? [letter.reply.text] : letter.items
}
