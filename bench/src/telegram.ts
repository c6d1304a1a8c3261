import { startTelegram, type TelegramOptions, type TelegramSimulator } from '@waystation/testing'
import { z } from 'zod'
import type { Channel, OnText, Platform } from './channel.ts'
import { startChild } from './child.ts'

export const telegram: Channel = {
  name: 'Telegram',
  gateway: 'gateway-telegram',
  stationOptions: onText => ({ telegram: telling(onText) }),
  platformOf: station => platformOf(station.telegram),

  async startBaseline({ baseUrl, model }, onText) {
    await using started = new AsyncDisposableStack()
    const simulator = started.use(await startTelegram(telling(onText)))
    const { apiRoot, token } = simulator
    const settings = { apiRoot, token, modelBaseUrl: baseUrl, model }
    const bot = started.use(await startChild(new URL('./telegram-bot.ts', import.meta.url), settings, z.object({})))
    const end = started.move()
    return { platform: platformOf(simulator), pid: bot.pid, [Symbol.asyncDispose]: () => end.disposeAsync() }
  },
}

/** An answer grows as a draft, and then is sent. */
const telling = (onText: OnText): TelegramOptions => ({
  onDraft: ({ chat, draftId, text }) =>
    onText({ chat: String(chat), message: `draft ${draftId}`, text, isWhole: false }),
  onSent: ({ chat, messageId, text }) =>
    onText({ chat: String(chat), message: String(messageId), text, isWhole: true }),
})

const platformOf = (simulator: TelegramSimulator): Platform => ({
  openChat() {
    const chat = simulator.privateChat()
    return { id: String(chat.id), say: text => void chat.say(text) }
  },
  attempts: simulator.webhookAttempts,
})
