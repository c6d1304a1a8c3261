import type { Attachment, InboundMessage, Turn } from '@waystation/domain'
import { choiceOf } from './choice.ts'

/**
 * Every message of a turn as one question, without the choice of a model. One message to the model, not several: many
 * models' templates demand that roles alternate, and some servers read only the last.
 */
export const questionOf = ({ messages }: Pick<Turn, 'messages'>): string => messages.map(wordsOf).join('\n\n')

function wordsOf(message: InboundMessage): string {
  const { sender, addressed, replyTo, attachments } = message
  const { text } = choiceOf(message.text)
  const quote = replyTo?.text === undefined ? [] : [replyTo.text.replace(/^/gm, '> ')]
  const words = [...quote, text, ...attachments.map(describeAttachment)].filter(part => part !== '').join('\n')
  // In a group the model should know who speaks.
  return addressed === 'direct' || sender.name === undefined ? words : `${sender.name}: ${words}`
}

const describeAttachment = ({ kind, name }: Attachment) => `[${kind}${name === undefined ? '' : `: ${name}`}]`
