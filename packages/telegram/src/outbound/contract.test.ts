import { conversationId } from '@waystation/domain'
import { startTelegram } from '@waystation/testing'
import { type MessengerBench, messengerContract } from '@waystation/testing/contract'
import { telegramMessenger } from './messenger.ts'

messengerContract(async (): Promise<MessengerBench> => {
  const telegram = await startTelegram()
  const group = telegram.group()
  const asked = group.say('question').message?.message_id
  const conversation = conversationId({ channel: 'telegram', bot: String(telegram.bot.id), chat: String(group.id) })
  const faults = {
    'busy for 2 s': { status: 429, parameters: { retry_after: 2 } },
    broken: { status: 502 },
    unanswered: { drop: 'after' },
    gone: { status: 403, description: 'Forbidden: bot was kicked from the group chat' },
  } as const
  return {
    messenger: telegramMessenger(telegram),
    reply: fields => ({
      id: 'reply-1',
      conversation,
      inReplyTo: String(asked),
      state: 'final',
      text: 'hello',
      traceId: 'trace',
      receivedAt: 0,
      ...fields,
    }),
    texts: () => telegram.texts(group),
    fail: how => void telegram.fault('sendMessage', faults[how]),
    [Symbol.asyncDispose]: () => telegram[Symbol.asyncDispose](),
  }
})
