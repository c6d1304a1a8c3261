import type { RawRequest } from '@waystation/domain'
import { telegramUpdate } from '@waystation/testing'
import { receiverContract } from '@waystation/testing/contract'
import { telegramReceiver } from './receiver.ts'

const secret = 'the-secret_of-this-test'
const header = 'x-telegram-bot-api-secret-token'

receiverContract(async () => {
  const signed = (body: string): RawRequest => ({ headers: { [header]: secret }, body: Buffer.from(body) })
  const says = (text: string, where = 'private') => {
    const chat = where === 'private' ? 42 : -42
    const update = telegramUpdate({ text: where === 'to the bot' ? `@my_bot ${text}` : text, chat })
    return signed(JSON.stringify(update))
  }
  return {
    receiver: telegramReceiver({ secret, bot: { id: 77, username: 'my_bot' } }),
    says,
    forged: text => ({ ...says(text), headers: { [header]: 'guessed' } }),
    genuine: signed,
    async [Symbol.asyncDispose]() {},
  }
})
