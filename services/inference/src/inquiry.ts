import {
  choiceOf,
  goOn,
  languageOf,
  lastExchange,
  type Memory,
  personaOf,
  promptBuilder,
  questionOf,
} from '@waystation/conversations'
import type { InboundMessage, Inquiry, Turn } from '@waystation/domain'
import { quotePrivate } from './quotes.ts'
import type { Settings } from './settings.ts'

/** What is asked of the models, and how history remembers it. */
export type Asked = {
  inquiry: Inquiry
  question: string
  /** The last exchange is asked anew, and takes its place. */
  isAgain: boolean
  /** What is private may be among what a model of the house reads, and so in what it answers. */
  readsPrivate: boolean
}

/** What of a turn decides who answers, beside what every turn has. */
type About = Pick<Inquiry, 'hasAttachments' | 'isPrivate' | 'texts'> & Partial<Pick<Inquiry, 'choice' | 'continues'>>

/** `undefined` for a turn that asks nothing of a model: a command, or one about an answer that is not the last. */
export function inquire(turn: Turn, memory: Memory, settings: Settings): Asked | undefined {
  const [first] = turn.messages
  if (first.command === undefined) return ask(turn, memory, settings, questionOf(turn), about(turn, memory))

  const exchange = lastExchange(memory.entries)
  if (!exchange) return undefined
  const { question, replyId, route } = exchange.last
  const same = { isPrivate: route?.isPrivate === true, hasAttachments: false }
  if (first.command === 'more') {
    const continues = route ? { continues: route.tier } : {}
    return ask(turn, memory, settings, goOn(languageOf(first)), { ...same, ...continues, texts: [] })
  }
  // A button names the answer it stands under; who writes the command means the last one.
  const isMeant = !first.replyTo?.toBot || first.replyTo.id === replyId
  if (first.command !== 'retry' || !isMeant) return undefined
  const before = { ...memory, entries: exchange.before }
  return ask(turn, before, settings, question, { ...same, ...chosen(memory), texts: [question] }, true)
}

function ask(turn: Turn, memory: Memory, settings: Settings, question: string, about: About, isAgain = false): Asked {
  const [first] = turn.messages
  const persona = personaOf(memory, settings)
  const inquiry: Inquiry = {
    ...about,
    conversation: turn.conversation,
    traceId: first.traceId,
    turn,
    sender: (turn.messages.at(-1) ?? first).sender,
    senders: turn.messages.map(({ sender }) => sender.id),
    persona,
    isFresh: memory.entries.length === 0 && memory.summary === undefined,
    isAgain,
    promptFor: promptBuilder({ persona, memory, question, history: settings.history }),
  }
  const readsPrivate = settings.history.tokens > 0 && memory.entries.some(({ isPrivate }) => isPrivate)
  return { inquiry, question, isAgain, readsPrivate }
}

function about({ messages }: Turn, memory: Memory): About {
  const [choice = memory.choice] = messages.flatMap(({ text }) => choiceOf(text).choice ?? []).toReversed()
  return {
    ...(choice === undefined ? {} : { choice }),
    texts: messages.flatMap(wordsOf),
    hasAttachments: messages.some(({ attachments }) => attachments.length > 0),
    isPrivate: quotePrivate(messages, memory.entries),
  }
}

const chosen = ({ choice }: Memory) => (choice === undefined ? {} : { choice })

/** All that rules may look for: what was written, what it quotes, what files are called. */
const wordsOf = ({ text, replyTo, attachments }: InboundMessage): string[] => [
  choiceOf(text).text,
  ...[replyTo?.text ?? [], attachments.flatMap(({ name }) => name ?? [])].flat(),
]
