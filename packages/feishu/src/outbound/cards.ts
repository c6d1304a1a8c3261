import { errorCode, Rejected, type Reply } from '@waystation/domain'
import { z } from 'zod'
import type { FeishuApi } from '../api.ts'
import { AppRefused } from '../errors.ts'
import { ANSWER, finishedCard, growingCard } from './card.ts'
import type { Notes } from './notes.ts'

const PATH = '/open-apis/cardkit/v1/cards'
/** Other senders that wrote in between make a number too low; each time a higher one is taken. */
const TRIES_IN_SEQUENCE = 3

const createdSchema = z.object({ data: z.object({ card_id: z.string() }) })
const doneSchema = z.unknown()

/** Feishu's streaming cards: open.feishu.cn/document/cardkit-v1/streaming-updates-openapi-overview. */
export function createCards(api: FeishuApi, notes: Notes) {
  /** Every change of a card has a number above all before it, whoever makes it. */
  async function change(
    reply: Reply,
    name: string,
    request: { method: 'PATCH' | 'PUT'; path: string; body: object },
    signal: AbortSignal,
  ): Promise<void> {
    for (let left = TRIES_IN_SEQUENCE; ; left -= 1) {
      const sequence = await notes.count(reply, 'sequence')
      const body = { ...request.body, sequence, uuid: `${reply.id}.${sequence}` }
      try {
        return void (await api.call({ ...request, name, body }, doneSchema, { signal }))
      } catch (error) {
        if (error instanceof AppRefused) throw new Rejected('no_cardkit', { cause: error })
        if (errorCode(error) !== 'out_of_sequence' || left === 1) throw error
      }
    }
  }

  return {
    /** The card in which the reply grows, made by the first who asks. Throws `Rejected` where the app may make none. */
    async open(reply: Reply, markdown: string, signal: AbortSignal): Promise<string> {
      const body = { type: 'card_json', data: JSON.stringify(growingCard(markdown)) }
      try {
        const request = { name: 'createCard', method: 'POST', path: PATH, body } as const
        const { data } = await api.call(request, createdSchema, { signal })
        return await notes.add(reply, 'card', data.card_id)
      } catch (error) {
        throw error instanceof AppRefused ? new Rejected('no_cardkit', { cause: error }) : error
      }
    },

    /** Shows the text so far. The app's clients type out what was added. */
    grow: (reply: Reply, card: string, markdown: string, signal: AbortSignal) =>
      change(
        reply,
        'updateElement',
        { method: 'PUT', path: `${PATH}/${card}/elements/${ANSWER}/content`, body: { content: markdown } },
        signal,
      ),

    /** The card reads `markdown` and grows no more. */
    async finish(reply: Reply, card: string, markdown: string, buttons: object[], signal: AbortSignal): Promise<void> {
      const whole = { type: 'card_json', data: JSON.stringify(finishedCard(markdown, buttons)) }
      await change(reply, 'updateCard', { method: 'PUT', path: `${PATH}/${card}`, body: { card: whole } }, signal)
      await this.close(reply, card, signal)
    },

    /** Ends "generating", whatever the card reads. */
    close: (reply: Reply, card: string, signal: AbortSignal) =>
      change(
        reply,
        'cardSettings',
        {
          method: 'PATCH',
          path: `${PATH}/${card}/settings`,
          body: { settings: JSON.stringify({ config: { streaming_mode: false } }) },
        },
        signal,
      ),
  }
}
