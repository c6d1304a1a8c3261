import type { ClientOptions } from 'openai'
import { Agent, type Dispatcher, request } from 'undici'

type Fetch = NonNullable<ClientOptions['fetch']>

/**
 * `fetch` for the openai client on `undici.request`: global fetch costs several times the CPU, and gives up on a slow
 * model after five minutes of silence. What ends a call is the signal alone.
 */
export function createFetch(connectMs: number): Fetch {
  const dispatcher = new Agent({ connect: { timeout: connectMs }, headersTimeout: 0, bodyTimeout: 0 })
  return async (url, init = {}) => {
    const response = await request(String(url), {
      dispatcher,
      // The client sends strings and its own header object.
      method: init.method as Dispatcher.HttpMethod,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: init.body as string,
      signal: init.signal ?? null,
    })
    return asResponse(String(url), response)
  }
}

/** The part of `Response` that the openai client reads; it takes any async iterable for a body. */
function asResponse(url: string, { statusCode, headers, body }: Dispatcher.ResponseData): Response {
  const pairs = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  )
  const response = {
    url,
    status: statusCode,
    ok: statusCode >= 200 && statusCode < 300,
    headers: new Headers(pairs),
    body,
    text: () => body.text(),
    json: () => body.json(),
  }
  return response as unknown as Response
}
