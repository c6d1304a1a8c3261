import { conversationId } from '@waystation/domain'
import { close, connect, startTestRedis } from '@waystation/redis'
import { startFeishu } from '@waystation/testing'
import { messengerContract } from '@waystation/testing/contract'
import { describe } from 'vitest'
import { feishuMessenger } from './messenger.ts'

describe.each(['card', 'text'] as const)('in the style %s', style => {
  messengerContract(async () => {
    await using started = new AsyncDisposableStack()
    const feishu = started.use(await startFeishu())
    const server = started.use(await startTestRedis())
    const redis = started.adopt(await connect(server.url, 'commands'), close)
    const chat = feishu.p2p()
    const asked = chat.say('question').event.message.message_id
    const conversation = conversationId({ channel: 'feishu', bot: feishu.app.appId, chat: chat.id })
    const reset = { 'x-ogw-ratelimit-reset': '2' }
    const faults = {
      'busy for 2 s': { code: 99991400, headers: reset },
      broken: { code: 2200, status: 500 },
      unanswered: { drop: 'after' },
      gone: { code: 230002 },
    } as const
    const end = started.move()
    return {
      messenger: feishuMessenger({ ...feishu.app, baseUrl: feishu.baseUrl }, { redis, style }),
      reply: fields => ({
        id: 'reply-1',
        conversation,
        inReplyTo: asked,
        state: 'final',
        text: 'hello',
        traceId: 'trace',
        receivedAt: 0,
        ...fields,
      }),
      texts: () => feishu.texts(chat),
      fail: how => void feishu.fault('reply', faults[how]),
      [Symbol.asyncDispose]: () => end.disposeAsync(),
    }
  })
})
