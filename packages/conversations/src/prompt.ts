import type { Attachment, InboundMessage, PromptMessage, Turn } from '@waystation/domain'

/** Used unless `persona:` in waystation.yaml says otherwise. */
export const DEFAULT_PERSONA =
  'You are Waystation, an assistant in a chat. Answer in the language of the question, briefly and to the point. ' +
  'Markdown is rendered. Say so when you do not know.'

/** What the model reads: who it is, what was said, what is asked now. */
export function buildPrompt(persona: string, history: PromptMessage[], question: string): PromptMessage[] {
  return [{ role: 'system', content: persona }, ...history, { role: 'user', content: question }]
}

/**
 * Every message of a turn as one question. One message to the model, not several: many models' templates demand that
 * roles alternate, and some servers read only the last.
 */
export const questionOf = ({ messages }: Turn): string => messages.map(wordsOf).join('\n\n')

function wordsOf(message: InboundMessage): string {
  const { text, sender, addressed, replyTo, attachments } = message
  const quote = replyTo?.text === undefined ? [] : [replyTo.text.replace(/^/gm, '> ')]
  const words = [...quote, text, ...attachments.map(describeAttachment)].filter(part => part !== '').join('\n')
  // In a group the model should know who speaks.
  return addressed === 'direct' || sender.name === undefined ? words : `${sender.name}: ${words}`
}

const describeAttachment = ({ kind, name }: Attachment) => `[${kind}${name === undefined ? '' : `: ${name}`}]`
