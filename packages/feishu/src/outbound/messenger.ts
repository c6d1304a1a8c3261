import { errorCode, type Messenger, type Receipt, Rejected, type Reply, Unavailable } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { feishuApi } from '../api.ts'
import type { FeishuApp } from '../config.ts'
import { buttonsFor, finishedCard, postOf, textOf } from './card.ts'
import { createCards } from './cards.ts'
import { answeredBy, type Content, createMessages } from './messages.ts'
import { createNotes } from './notes.ts'
import { createPace } from './pace.ts'
import { split } from './split.ts'

/** So often a card may fail to be finished before the text is sent without it. */
const MAX_CARD_FAILURES = 3

/** What Feishu finds wrong with a content, and not with the chat: it is said in a plainer way. */
const contentFaults = new Set(['bad_card', 'bad_content', 'bad_request', 'no_cardkit', 'sensitive', 'too_long'])

/**
 * Carries replies to Feishu or Lark. With the style `card` an answer grows in a streaming card and ends with buttons
 * under it; whatever goes wrong with a card, the whole text arrives all the same, as a post or as plain text. Feishu
 * drops what is sent twice within an hour.
 */
export function feishuMessenger(app: FeishuApp, { redis, style }: { redis: Redis; style: 'card' | 'text' }): Messenger {
  const api = feishuApi(app, redis)
  const notes = createNotes(redis)
  const cards = createCards(api, notes)
  const messages = createMessages(api)
  const pace = createPace()

  /** Under the last part of an answer, not of an apology or an alert. */
  const buttonsUnder = (reply: Reply, index: number) => {
    const isAnswer = reply.state === 'final' && reply.inReplyTo !== undefined
    return isAnswer && index === split(reply.text).length - 1 ? buttonsFor(reply) : []
  }

  /** From the richest form to the plainest. */
  function formsOf(reply: Reply, part: string, index: number): Content[] {
    const key = (form: string) => `${reply.id}.${index}.${form}`
    const card = () => finishedCard(part, buttonsUnder(reply, index))
    return [
      ...(style === 'card' ? [{ type: 'interactive', content: card(), key: key('card') } as const] : []),
      { type: 'post', content: postOf(part), key: key('post') },
      { type: 'text', content: textOf(part), key: key('text') },
    ]
  }

  async function sendWhole(reply: Reply, part: string, index: number, signal: AbortSignal): Promise<Receipt> {
    let refusal: unknown
    for (const form of formsOf(reply, part, index)) {
      try {
        return await messages.send(reply, form, signal)
      } catch (error) {
        if (!contentFaults.has(errorCode(error))) throw error
        refusal = error
      }
    }
    throw refusal
  }

  /** Where a sender died here before, the card stands in the chat already: Feishu says which message it is. */
  function show(reply: Reply, card: string, signal: AbortSignal): Promise<Receipt> {
    const content = { type: 'card', data: { card_id: card } }
    return messages.send(reply, { type: 'interactive', content, key: `${reply.id}.growing` }, signal)
  }

  async function sendInCard(reply: Reply, card: string, part: string, signal: AbortSignal): Promise<Receipt> {
    try {
      const receipt = await show(reply, card, signal)
      if (reply.state !== 'open') await finish(reply, card, part, receipt, signal)
      return receipt
    } catch (error) {
      const code = errorCode(error)
      if (!contentFaults.has(code) && code !== 'message_gone') throw error
      await takeBack(reply, undefined, signal)
      if (reply.state === 'open') throw error
      return sendWhole(reply, part, 0, signal)
    }
  }

  /** All cards of an app share its limit, and its pause when one of them met it. */
  async function grow(reply: Reply, card: string, part: string, signal: AbortSignal): Promise<void> {
    pace.note(reply.id)
    if (pace.pausedMs() > 0) throw new Unavailable('updateElement: too many requests', pace.pausedMs())
    await cards.grow(reply, card, part, signal).catch(error => {
      if (error instanceof Unavailable) pace.pause(error.retryAfterMs ?? 0)
      throw error
    })
  }

  /** Throws `Rejected('message_gone')` where the card cannot say it: it is gone, and the text is to be sent anew. */
  async function finish(reply: Reply, card: string, part: string, receipt: Receipt, signal: AbortSignal) {
    try {
      await cards.finish(reply, card, part, buttonsUnder(reply, 0), signal)
    } catch (error) {
      const isHopeless = error instanceof Rejected || (await notes.count(reply, 'failures')) >= MAX_CARD_FAILURES
      if (!isHopeless) throw error
      await takeBack(reply, receipt, signal)
      throw new Rejected('message_gone', { cause: error })
    }
  }

  /** The card grows no more, and is gone from its chat, as far as Feishu lets it. */
  async function takeBack(reply: Reply, receipt: Receipt | undefined, signal: AbortSignal): Promise<void> {
    // Whoever goes on for a sender that dies here must not finish a card that nobody sees.
    if (receipt !== undefined) await notes.add(reply, 'abandoned', receipt)
    const { card } = await notes.read(reply)
    if (card !== undefined) await atBest(cards.close(reply, card, signal))
    if (receipt !== undefined) await atBest(messages.recall(receipt, signal))
    await notes.remove(reply, 'abandoned', 'card')
  }

  /** What is noted of the reply, once a card that was given up is gone. */
  async function readNotes(reply: Reply, signal: AbortSignal) {
    const known = await notes.read(reply)
    if (known.abandoned === undefined) return known
    await takeBack(reply, known.abandoned, signal)
    return notes.read(reply)
  }

  /** The message that a sender may have left behind when it died; `undefined` where there can be none. */
  async function find(reply: Reply, card: string, signal: AbortSignal): Promise<Receipt | undefined> {
    try {
      return await show(reply, card, signal)
    } catch (error) {
      if (error instanceof Rejected) return undefined
      throw error
    }
  }

  async function stopTyping(reply: Reply, reaction: string | undefined, signal: AbortSignal): Promise<void> {
    const question = answeredBy(reply)
    if (question === undefined || reaction === undefined) return
    await atBest(messages.unreact(question, reaction, signal))
    await notes.remove(reply, 'reaction')
  }

  return {
    channel: 'feishu',
    dropsRepeats: true,
    // The reaction stays until it is taken away.
    typingEveryMs: Number.POSITIVE_INFINITY,
    split,
    streaming: () => (style === 'card' ? { style: 'edit', everyMs: pace.everyMs() } : { style: 'none' }),

    async typing(reply, signal) {
      const question = answeredBy(reply)
      const { reaction } = await notes.read(reply)
      if (question === undefined || reaction !== undefined) return
      await notes.add(reply, 'reaction', await messages.react(question, signal))
    },

    // `streaming` never says `draft`.
    draft: async () => {},

    async send(reply, part, index, signal) {
      if (index > 0) return sendWhole(reply, part, index, signal)
      const { card: known, reaction } = await readNotes(reply, signal)
      const card = known ?? (reply.state === 'open' ? await cards.open(reply, part, signal) : undefined)
      const receipt = await (card === undefined
        ? sendWhole(reply, part, index, signal)
        : sendInCard(reply, card, part, signal))
      await stopTyping(reply, reaction, signal)
      return receipt
    },

    async edit(reply, part, receipt, signal) {
      const { card, reaction } = await readNotes(reply, signal)
      if (card === undefined) throw new Rejected('message_gone')
      if (reply.state === 'open') return grow(reply, card, part, signal)
      await finish(reply, card, part, receipt, signal)
      await stopTyping(reply, reaction, signal)
    },

    async withdraw(reply, receipt, signal) {
      const { card, reaction } = await readNotes(reply, signal)
      const shown = receipt ?? (card === undefined ? undefined : await find(reply, card, signal))
      await takeBack(reply, shown, signal)
      await stopTyping(reply, reaction, signal)
    },
  }
}

/** For what only tidies up: the answer matters more. */
async function atBest(work: Promise<unknown>): Promise<void> {
  await work.catch(error => {
    if (!(error instanceof Rejected || error instanceof Unavailable)) throw error
  })
}
