import type { Entry } from '@waystation/conversations'
import type { InboundMessage } from '@waystation/domain'

/** Letters and digits in a row that two texts hardly share by chance. */
const PIECE = 16

/** Whether any of the messages quotes what was said in private, by a person or the assistant, however it is marked up. */
export function quotePrivate(messages: readonly Pick<InboundMessage, 'replyTo'>[], entries: readonly Entry[]): boolean {
  const secrets = entries.filter(({ isPrivate }) => isPrivate).map(({ content }) => lettersOf(content))
  const isSecret = (piece: string) => secrets.some(secret => secret.includes(piece))
  return messages.some(({ replyTo }) => piecesOf(lettersOf(replyTo?.text ?? '')).some(isSecret))
}

const lettersOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '')

/** All of it, the last one overlapping the one before. */
function piecesOf(letters: string): string[] {
  const pieces = letters.match(new RegExp(`.{${PIECE}}`, 'gsu')) ?? []
  return letters === '' ? [] : [...pieces, letters.slice(-PIECE)]
}
