import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import type { RawRequest } from '@waystation/domain'
import { close, connect, startTestRedis } from '@waystation/redis'
import { receiverContract } from '@waystation/testing/contract'
import { feishuReceiver } from './receiver.ts'
import { createReplays } from './replays.ts'

const app = { appId: 'cli_0123456789abcdef', verificationToken: 'token', encryptKey: 'the key of this test' }
const bot = { openId: 'ou_bot', name: 'Waystation' }

receiverContract(async () => {
  await using started = new AsyncDisposableStack()
  const server = started.use(await startTestRedis())
  const redis = started.adopt(await connect(server.url, 'commands'), close)
  const end = started.move()

  const genuine = (body: string) => signed(sealed(body), app.encryptKey)
  const says = (text: string, where = 'private') => genuine(JSON.stringify(eventOf(text, where)))
  return {
    receiver: feishuReceiver([{ ...app, bot: () => bot }], createReplays(redis)),
    says,
    forged: text => signed(says(text).body, 'a guessed key'),
    genuine,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
})

function eventOf(text: string, where: string): object {
  const key = '@_user_1'
  const isNamed = where === 'to the bot'
  const mentions = isNamed ? [{ key, id: { open_id: bot.openId }, name: bot.name, mentioned_type: 'bot' }] : []
  const message = {
    message_id: 'om_1',
    create_time: '1609073151345',
    chat_id: 'oc_1',
    chat_type: where === 'private' ? 'p2p' : 'group',
    message_type: 'text',
    content: JSON.stringify({ text: isNamed ? `${key} ${text}` : text }),
    mentions,
  }
  const header = {
    event_id: 'e1',
    event_type: 'im.message.receive_v1',
    create_time: '1608725989000',
    token: app.verificationToken,
    app_id: app.appId,
    tenant_key: 't',
  }
  return { schema: '2.0', header, event: { sender: { sender_id: { open_id: 'ou_1' }, sender_type: 'user' }, message } }
}

function sealed(text: string): Buffer {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(app.encryptKey).digest(), iv)
  return Buffer.from(
    JSON.stringify({ encrypt: Buffer.concat([iv, cipher.update(text), cipher.final()]).toString('base64') }),
  )
}

function signed(body: Buffer, key: string): RawRequest {
  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), 'nonce']
  const signature = createHash('sha256')
    .update(timestamp + nonce + key)
    .update(body)
    .digest('hex')
  const headers = {
    'x-lark-request-timestamp': timestamp,
    'x-lark-request-nonce': nonce,
    'x-lark-signature': signature,
  }
  return { headers, body }
}
