import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

/**
 * What the smallest honest bots of every platform do alike: webhook → model → send, in one process with no queue. What
 * such a bot was told before it ends or fails is lost, and nothing keeps two answers of one chat in order.
 */

const agent = new Agent({ keepAlive: true })

/** Listens on a free port of this machine, and returns its origin. Each body is acknowledged, then answered. */
export async function serve(answer: (body: string) => Promise<unknown>): Promise<string> {
  const server = createServer({ keepAliveTimeout: 75_000 }, async (incoming, response) => {
    const body = await text(incoming)
    response.end()
    answer(body).catch(error => process.stderr.write(`not answered: ${error.message}\n`))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Only a server on a pipe has a string for an address.
  const { port } = server.address() as AddressInfo
  return `http://127.0.0.1:${port}`
}

export const modelSettings = z.object({ modelBaseUrl: z.string(), model: z.string() })

/** What the model answers. */
export async function ask({ modelBaseUrl, model }: z.infer<typeof modelSettings>, question: string): Promise<string> {
  const asked = { model, messages: [{ role: 'user', content: question }] }
  const { choices } = JSON.parse(await post(`${modelBaseUrl}/chat/completions`, asked))
  return choices[0].message.content
}

/** Returns the body of a 200, and rejects for any other status. */
export async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<string> {
  const type = { 'content-type': 'application/json' }
  const outgoing = request(url, { method: 'POST', agent, headers: { ...type, ...headers } })
  outgoing.end(JSON.stringify(body))
  // The event's one argument.
  const [answered] = (await once(outgoing, 'response')) as [IncomingMessage]
  const said = await text(answered)
  if (answered.statusCode !== 200) throw new Error(`answered ${answered.statusCode}`)
  return said
}
