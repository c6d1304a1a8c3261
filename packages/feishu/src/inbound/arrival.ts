import { type ConversationId, conversationId, newTraceId, type Sender } from '@waystation/domain'
import type { ReceivingApp } from './authenticate.ts'
import type { Bot } from './bot.ts'

/**
 * When and for which bot an event was received, and the id by which logs follow it. `language`, BCP 47: spoken where
 * the app is, for people whose own is not told.
 */
export type Arrival = { appId: string; bot: Bot; language?: string; receivedAt: number; traceId: string }

export const arrivalFor = (
  { appId, language }: Pick<ReceivingApp, 'appId' | 'language'>,
  bot: Bot,
  traceId = newTraceId(),
): Arrival => ({
  appId,
  bot,
  ...(language === undefined ? {} : { language }),
  receivedAt: Date.now(),
  traceId,
})

/** Throws `Rejected` for ids that are none. */
export const conversationIn = ({ appId }: Arrival, chat: string, thread?: string): ConversationId =>
  conversationId({ channel: 'feishu', bot: appId, chat, ...(thread === undefined ? {} : { thread }) })

/** Events name people by id only. */
export function senderOf(openId: string, { language }: { language?: string | undefined }): Sender {
  return { id: openId, ...(language === undefined ? {} : { language }) }
}
