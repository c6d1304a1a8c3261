import { type FeishuApp, hex } from './apps.ts'
import type { Attempt } from './attempt.ts'
import { BadCard, checkCard, faceOf, findButton, isObject, isShared, type Json } from './card.ts'
import type { CardKit } from './cards.ts'
import type { Chats, StoredMessage } from './chats.ts'
import { envelope, userIdOf } from './event.ts'
import { change } from './records.ts'

type Deps = { apps: readonly FeishuApp[]; chats: Chats; cardKit: CardKit; attempt: Attempt }

/** What a bot may answer: `{}`, a toast, another card. */
export type PressAnswer = { toast?: { type?: string; content?: string }; card?: unknown; [field: string]: unknown }

/** Presses of the buttons on cards. They are callbacks: pushed once, and what is answered is shown. */
export function createPress({ apps, chats, cardKit, attempt }: Deps) {
  /** `from` is an open_id. Throws where there is no such button now, or the answer is none. */
  async function press(messageId: string, wanted: unknown, { from }: { from?: string } = {}): Promise<PressAnswer> {
    const message = chats.messages.get(messageId)
    const app = apps.find(({ appId }) => appId === message?.app)
    if (!message || !app || message.recalledAt !== undefined) throw new Error(`no message ${messageId} to press on`)
    const button = findButton(faceNow(message)?.buttons ?? [], wanted)
    if (!button || button.disabled) throw new Error(`no button ${JSON.stringify(wanted)} on ${messageId} now`)
    if (button.value === undefined) throw new Error(`the button ${button.label} calls nobody`)

    const { chat } = message
    const person = (from === undefined ? chat.person : undefined) ?? chats.person(app, from)
    const event = envelope(app, 'card.action.trigger', {
      operator: { tenant_key: app.tenantKey, ...userIdOf(person, app) },
      token: `c-${hex(32)}`,
      action: { value: button.value, tag: 'button', timezone: 'Asia/Shanghai' },
      host: 'im_message',
      context: { open_message_id: message.id, open_chat_id: chat.id },
    })
    const { status, answer } = await attempt(app, event, 1)
    if (status !== 200) throw new Error(status === 0 ? 'no answer within 3 s' : `the bot answered ${status}`)
    // Nothing at all passes for an empty object: many a handler returns none.
    if (answer !== undefined && !isObject(answer)) throw new Error('the answer is no object')
    if (isObject(answer?.card)) replace(message, answer.card)
    return answer ?? {}
  }

  const faceNow = ({ content }: StoredMessage) =>
    content?.kind === 'entity' ? cardKit.faceOf(content.cardId) : content?.face

  /** The card in an answer takes the place of the one that was pressed; one that streams stays as it is. */
  function replace(message: StoredMessage, { type, data }: Json): void {
    const { content, sent } = message
    if (type !== 'raw' || !isObject(data) || !content || !sent) return
    if (content.kind === 'entity' && cardKit.isStreaming(content.cardId)) return
    try {
      checkCard(data)
    } catch (error) {
      throw error instanceof BadCard ? new Error(`the card in the answer is refused: ${error.message}`) : error
    }
    const face = faceOf(data)
    message.content = { type: 'interactive', json: JSON.stringify(data), kind: 'card', isShared: isShared(data), face }
    change(
      sent,
      face.text,
      face.buttons.map(({ label }) => label),
    )
  }

  return press
}
