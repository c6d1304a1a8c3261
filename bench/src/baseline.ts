import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { sayHello, settings } from './child.ts'

/**
 * The smallest honest bot, for comparison: webhook → model → sendMessage, in one process with no queue. What it was
 * told before it ends or fails is lost, and nothing keeps two answers of one chat in order.
 */
const { apiRoot, token, modelBaseUrl, model } = settings(
  z.object({ apiRoot: z.string(), token: z.string(), modelBaseUrl: z.string(), model: z.string() }),
)
const agent = new Agent({ keepAlive: true })

const server = createServer({ keepAliveTimeout: 75_000 }, async (incoming, response) => {
  const { message } = JSON.parse(await text(incoming))
  response.end()
  answer(message.chat.id, message.text).catch(error => process.stderr.write(`not answered: ${error.message}\n`))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
// Only a server on a pipe has a string for an address.
const { port } = server.address() as AddressInfo
await callBot('setWebhook', { url: `http://127.0.0.1:${port}/`, max_connections: 100 })
sayHello({})

async function answer(chat: number, question: string): Promise<void> {
  const asked = { model, messages: [{ role: 'user', content: question }] }
  const { choices } = JSON.parse(await post(`${modelBaseUrl}/chat/completions`, asked))
  await callBot('sendMessage', { chat_id: chat, text: choices[0].message.content })
}

function callBot(method: string, params: object): Promise<string> {
  return post(`${apiRoot}/bot${token}/${method}`, params)
}

async function post(url: string, body: object): Promise<string> {
  const outgoing = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } })
  outgoing.end(JSON.stringify(body))
  // The event's one argument.
  const [answered] = (await once(outgoing, 'response')) as [IncomingMessage]
  const said = await text(answered)
  if (answered.statusCode !== 200) throw new Error(`answered ${answered.statusCode}`)
  return said
}
