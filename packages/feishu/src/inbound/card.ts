import { conversationOf, type InboundMessage, type Received, Rejected } from '@waystation/domain'
import { type Button, buttonSchema } from '../button.ts'
import { type Arrival, senderOf } from './arrival.ts'
import { type ActionEvent, actionEventSchema, type Header, read } from './event.ts'

/** Shown for a moment to whoever pressed. */
type Toast = { type: 'info' | 'success' | 'warning'; en: string; zh: string }

const toasts: Record<Button['do'] | 'refused', Toast> = {
  retry: { type: 'info', en: 'Trying again', zh: '正在重试' },
  reset: { type: 'success', en: 'A new conversation', zh: '已开始新对话' },
  up: { type: 'success', en: 'Thank you', zh: '感谢您的反馈' },
  down: { type: 'success', en: 'Thank you', zh: '感谢您的反馈' },
  refused: { type: 'warning', en: 'You may not use this bot', zh: '您无权使用' },
}

/**
 * What a pressed button of a card asks for. Throws `Rejected`: `bad_button` where the card is not ours, or stands in
 * another chat, to which somebody forwarded it.
 */
export function parseAction(raw: unknown, header: Header, arrival: Arrival): Received {
  const event = read(actionEventSchema, raw)
  const { data: button } = buttonSchema.safeParse(event.action.value)
  if (!button || !belongs(button, event, arrival)) throw new Rejected('bad_button')
  const { conversation, replyId } = button
  const answer = (refused: boolean) => toast(toasts[refused ? 'refused' : button.do], arrival)

  switch (button.do) {
    case 'up':
    case 'down': {
      const vote = { conversation, replyId, voter: event.operator.open_id, vote: button.do }
      return { messages: [], votes: [vote], ignored: [], answer }
    }
    case 'retry':
    case 'reset': {
      const message = commandFrom(button.do, button, event, header, arrival)
      return { messages: [message], ignored: [], answer }
    }
  }
}

function belongs({ conversation }: Button, { context }: ActionEvent, { appId }: Arrival): boolean {
  const { channel, bot, chat } = conversationOf(conversation)
  return channel === 'feishu' && bot === appId && chat === context.open_chat_id
}

/** The command as if it had been written. What stands before the dot of its id is the card, which is what is answered. */
function commandFrom(
  command: 'retry' | 'reset',
  { conversation, replyId }: Button,
  { operator, context }: ActionEvent,
  { event_id, create_time }: Header,
  arrival: Arrival,
): InboundMessage {
  const card = context.open_message_id
  return {
    // A reply is tried again once, however often the button is pressed.
    id: command === 'retry' ? `${card}.retry` : `${card}.reset.${event_id}`,
    conversation,
    sender: senderOf(operator.open_id, arrival),
    text: `/${command}`,
    command,
    attachments: [],
    mentions: [],
    ...(command === 'retry' ? { replyTo: { id: replyId, toBot: true } } : {}),
    // Whether the chat is a private one is not told.
    addressed: 'command',
    sentAt: create_time,
    receivedAt: arrival.receivedAt,
    traceId: arrival.traceId,
  }
}

/** The platform takes what it knows of the presser's own language from `i18n`, and `content` where it knows none. */
function toast({ type, en, zh }: Toast, { language }: Arrival): object {
  const content = language?.toLowerCase().startsWith('zh') ? zh : en
  return { toast: { type, content, i18n: { zh_cn: zh, en_us: en } } }
}
