import { z } from 'zod'
import { ask, modelSettings, post, serve } from './baseline.ts'
import { sayHello, settings } from './child.ts'

/** The smallest honest bot on Feishu: events in plain text, and one token, which lives for two hours. */
const { baseUrl, appId, appSecret, ...model } = settings(
  modelSettings.extend({ baseUrl: z.string(), appId: z.string(), appSecret: z.string() }),
)
const api = `${baseUrl}/open-apis`
const credentials = { app_id: appId, app_secret: appSecret }
const { tenant_access_token } = JSON.parse(await post(`${api}/auth/v3/tenant_access_token/internal`, credentials))
const authorization = `Bearer ${tenant_access_token}`

const origin = await serve(async body => {
  const { chat_id, content } = JSON.parse(body).event.message
  const answer = await ask(model, JSON.parse(content).text)
  const sent = { receive_id: chat_id, msg_type: 'text', content: JSON.stringify({ text: answer }) }
  await post(`${api}/im/v1/messages?receive_id_type=chat_id`, sent, { authorization })
})
sayHello({ origin })
