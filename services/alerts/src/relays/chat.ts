import { createHash } from 'node:crypto'
import { Unavailable } from '@waystation/domain'
import type { Bells, Outbox } from '@waystation/mailbox'
import type { ConfigOf } from '../config.ts'
import type { Notice } from '../notice.ts'
import type { Relay } from './relay.ts'
import { PER_MINUTE } from './words.ts'

/** The outboxes of conversations, and what is rung for them. */
export type Chats = { outbox: Outbox; bells: Bells }

/**
 * A chat that one of our bots is in. What is put into the outbox of its conversation services/sender carries there, behind
 * what waits, in parts and with receipts; the history knows nothing of it.
 */
export function createChat(name: string, { conversation }: ConfigOf<'chat'>, { outbox, bells }: Chats): Relay {
  return {
    // The rest waits here, so that people's answers come in between.
    limits: [PER_MINUTE],
    dropsRepeats: true,
    async send(notice) {
      const [id, text] = [replyIdOf(name, notice), markdownOf(notice)]
      try {
        await outbox.put({ id, conversation, text, traceId: notice.id })
        await bells.ring(conversation)
      } catch (cause) {
        throw new Unavailable(`${name}: Redis took no reply`, undefined, { cause })
      }
    },
    close: async () => {},
  }
}

/** The same whenever this notice is sent again, and another when it is posted again as a reminder. */
const replyIdOf = (name: string, { id, receivedAt }: Notice): string =>
  createHash('sha256').update(`${name} ${id} ${receivedAt}`).digest('hex').slice(0, 32)

const markdownOf = ({ title, text }: Notice): string => `**${asWritten(title)}**\n\n${asWritten(text)}`

const addressOrSign = /(https?:\/\/[^\s<]+)|[!-/:-@[-`{-~]/g

/** Markdown that shows a text as it is written. An address becomes a link by itself. */
const asWritten = (text: string): string =>
  text.replaceAll(/^ +/gm, '').replaceAll(addressOrSign, (sign, address) => address ?? `\\${sign}`)
