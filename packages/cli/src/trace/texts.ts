import { inExchanges, readHistory } from '@waystation/conversations'
import { readTexts, said, type Texts } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { Say, Words } from '../language.ts'
import { indented } from '../text.ts'
import type { Life } from './find.ts'

/** A text and where it is kept, by the ids of its messages or of its reply. Messages answered together have one in the history. */
type Kept = { ids: string[]; where: keyof typeof PLACES; text?: string }

/** What was asked, and what is answered until now. */
type Told = { isPrivate: boolean; asked: Kept[]; answered: Kept[] }

export async function keptOf(redis: Redis, life: Life): Promise<Told> {
  const texts = await readTexts(redis, life.conversation, life.replyIds)
  const exchanges = exchangesIn(texts)
  const replies = [...texts.outbox, ...deadReplies(texts)].filter(({ id }) => life.replyIds.includes(id))
  const routes = [...replies, ...life.replyIds.flatMap(id => exchanges.get(id) ?? [])]
  return {
    isPrivate: routes.some(({ route }) => route?.isPrivate),
    asked: askedOf(life, texts, exchanges),
    answered: life.replyIds.map(id => ({ ids: [id], ...answerOf(id, texts, exchanges) })),
  }
}

type Exchanges = ReturnType<typeof exchangesIn>

/** By the id of the reply. */
const exchangesIn = ({ history }: Texts) =>
  new Map(
    inExchanges(readHistory(history).entries).map(([{ content: question }, { content: answer, replyId, route }]) => [
      replyId,
      { question, answer, route },
    ]),
  )

const deadReplies = ({ dead }: Texts) => dead.flatMap(letter => (letter.kind === 'reply' ? [letter.reply] : []))

const deadMessages = ({ dead }: Texts) =>
  dead.flatMap(letter => {
    if (letter.kind === 'turn') return letter.turn.messages
    return letter.kind === 'unreadable' ? letter.items.flatMap(said) : []
  })

function askedOf({ messages, replyIds, entries }: Life, texts: Texts, exchanges: Exchanges): Kept[] {
  const at = (where: Kept['where'], all: readonly { id: string; text: string }[]) =>
    all.filter(({ id }) => messages.includes(id)).map(({ id, text }): Kept => ({ ids: [id], where, text }))
  const turns = entries.flatMap(({ event, id, detail }) => (event === 'started' ? [{ id, of: detail.messages }] : []))
  const remembered = replyIds.flatMap((replyId): Kept[] => {
    const text = exchanges.get(replyId)?.question
    const ids = turns.filter(({ id }) => id === replyId).flatMap(({ of }) => of)
    return text === undefined ? [] : [{ ids, where: 'history', text }]
  })
  const kept = [
    ...at('turn', texts.turn),
    ...at('inbox', texts.inbox),
    ...at('dead_letter', deadMessages(texts)),
    ...remembered,
  ]
  const gone = messages.filter(id => !kept.some(({ ids }) => ids.includes(id)))
  return gone.length === 0 ? kept : [...kept, { ids: gone, where: 'nowhere' }]
}

function answerOf(replyId: string, texts: Texts, exchanges: Exchanges): Omit<Kept, 'ids'> {
  const isThis = ({ id }: { id: string }) => id === replyId
  const waiting = texts.outbox.find(isThis)
  if (waiting) return { where: 'outbox', text: waiting.text }
  const dead = deadReplies(texts).find(isThis)
  if (dead) return { where: 'dead_letter', text: dead.text }
  const text = exchanges.get(replyId)?.answer
  if (text !== undefined) return { where: 'history', text }
  return { where: texts.answering === replyId ? 'turn' : 'nowhere' }
}

export function linesOfTexts({ isPrivate, asked, answered }: Told, say: Say): string {
  const lines = (what: Words) => (kept: Kept) => [
    `${say(what)} ${kept.ids.join(', ')}: ${say(PLACES[kept.where])}`,
    ...indented(kept.text ?? '').split('\n'),
  ]
  return [
    ...(isPrivate ? [say(PRIVATE)] : []),
    ...asked.flatMap(lines({ en: 'question', zh: '问题' })),
    ...answered.flatMap(lines({ en: 'answer', zh: '回答' })),
  ]
    .join('\n')
    .trimEnd()
}

const PRIVATE = { en: 'It is private: it must not leave the house.', zh: '内容私密，不得外传。' }

const PLACES = {
  inbox: { en: 'in the inbox', zh: '在收件箱' },
  turn: { en: 'being answered', zh: '正在回答' },
  outbox: { en: 'in the outbox', zh: '在发件箱' },
  dead_letter: { en: 'in a dead letter', zh: '在死信里' },
  history: { en: 'in the history', zh: '在历史里' },
  nowhere: { en: 'not kept', zh: '没有保存' },
}
