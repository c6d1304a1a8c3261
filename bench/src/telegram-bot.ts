import { z } from 'zod'
import { ask, modelSettings, post, serve } from './baseline.ts'
import { sayHello, settings } from './child.ts'

/** The smallest honest bot on Telegram. */
const { apiRoot, token, ...model } = settings(modelSettings.extend({ apiRoot: z.string(), token: z.string() }))
const bot = `${apiRoot}/bot${token}`

const origin = await serve(async body => {
  const { message } = JSON.parse(body)
  await post(`${bot}/sendMessage`, { chat_id: message.chat.id, text: await ask(model, message.text) })
})
await post(`${bot}/setWebhook`, { url: `${origin}/`, max_connections: 100 })
sayHello({})
