import { type FeishuOptions, type FeishuSimulator, startFeishu } from '@waystation/testing'
import { z } from 'zod'
import type { Channel, OnText, Platform } from './channel.ts'
import { startChild } from './child.ts'

export const feishu: Channel = {
  name: 'Feishu',
  gateway: 'gateway-feishu',
  stationOptions: onText => ({ telegram: 'none', feishu: telling(onText) }),
  platformOf: station => platformOf(station.feishu),

  async startBaseline({ baseUrl: modelBaseUrl, model }, onText) {
    await using started = new AsyncDisposableStack()
    // The bot reads events in plain text.
    const simulator = started.use(await startFeishu({ ...telling(onText), apps: [{ encryptKey: undefined }] }))
    const { baseUrl, app } = simulator
    const settings = { baseUrl, appId: app.appId, appSecret: app.appSecret, modelBaseUrl, model }
    const file = new URL('./feishu-bot.ts', import.meta.url)
    const bot = started.use(await startChild(file, settings, z.object({ origin: z.string() })))
    simulator.setFront([bot.hello.origin])
    const end = started.move()
    return { platform: platformOf(simulator), pid: bot.pid, [Symbol.asyncDispose]: () => end.disposeAsync() }
  },
}

/** An answer grows in a card until that takes no more streamed text; any other message is whole when it is sent. */
const telling = (onText: OnText): FeishuOptions => ({
  onCard: ({ chat, messageId: message, text }, { streaming }) => onText({ chat, message, text, isWhole: !streaming }),
  onSent: ({ chat, messageId: message, text, cardId }) => {
    if (cardId === undefined) onText({ chat, message, text, isWhole: true })
  },
})

const platformOf = (simulator: FeishuSimulator): Platform => ({
  openChat() {
    const chat = simulator.p2p()
    return { id: chat.id, say: text => void chat.say(text) }
  },
  attempts: simulator.pushes,
})
