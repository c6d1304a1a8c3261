import { Pool } from 'undici'

/** The real server's patience with a webhook. */
const TIMEOUT_MS = 60_000

export type WebhookAnswer = { status: number; retryAfterSeconds: number; body: string }

/** Posts to one webhook URL. */
export type WebhookClient = ReturnType<typeof createWebhookClient>

/** Where a webhook's host is really reached: addresses (`http://127.0.0.1:4001`) that take turns, as behind nginx. */
export type Front = { addresses: readonly string[] }

/** While `front` names no address, the URL's own host is reached. */
export function createWebhookClient(url: string, connections: number, front: Front) {
  const { origin, pathname, search } = new URL(url)
  const pools = new Map<string, Pool>()
  let turn = 0

  function nextPool(): Pool {
    const address = front.addresses[turn++ % front.addresses.length] ?? origin
    const known = pools.get(address)
    if (known) return known
    // td's HttpOutboundConnection speaks HTTP/1.1 only.
    const pool = new Pool(address, { connections, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS, allowH2: false })
    pools.set(address, pool)
    return pool
  }

  /** Rejects when no answer comes. */
  async function post(body: string | Buffer, headers: Record<string, string>): Promise<WebhookAnswer> {
    const answer = await nextPool().request({ method: 'POST', path: pathname + search, headers, body })
    const retryAfter = Number(answer.headers['retry-after'] ?? 0)
    return {
      status: answer.statusCode,
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : 0,
      body: await answer.body.text(),
    }
  }

  const close = async () => void (await Promise.all(Array.from(pools.values(), pool => pool.destroy())))

  return { post, close }
}
