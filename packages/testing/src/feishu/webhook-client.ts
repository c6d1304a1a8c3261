import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

const PATH = '/webhooks/feishu'

/** Between the pieces of a body that is cut, so that they travel apart. */
const PIECE_MS = 20

export type WebhookAnswer = { status: number; body: string }

/** Where events are posted to: addresses (`http://127.0.0.1:4001`) that take turns, as behind nginx. */
export type Front = { addresses: readonly string[] }

export type PostOptions = {
  body: string | Buffer
  headers: Record<string, string>
  withinMs: number
  /** Where the body is cut into pieces: offsets in bytes. */
  splitAt?: readonly number[]
}

export type WebhookClient = ReturnType<typeof createWebhookClient>

export function createWebhookClient(front: Front) {
  const pools = new Map<string, Pool>()
  let turn = 0

  function nextPool(): Pool {
    const address = front.addresses[turn++ % front.addresses.length]
    if (address === undefined) throw new Error('no address is set for the webhook')
    const known = pools.get(address)
    if (known) return known
    const pool = new Pool(address, { allowH2: false })
    pools.set(address, pool)
    return pool
  }

  /** Rejects when no answer comes in time. */
  async function post({ body, headers, withinMs, splitAt }: PostOptions): Promise<WebhookAnswer> {
    const bytes = Buffer.from(body)
    const answer = await nextPool().request({
      method: 'POST',
      path: PATH,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(bytes.length),
        ...headers,
      },
      body: splitAt ? Readable.from(piecesOf(bytes, splitAt)) : bytes,
      signal: AbortSignal.timeout(withinMs),
    })
    return { status: answer.statusCode, body: await answer.body.text() }
  }

  const close = async () => void (await Promise.all(Array.from(pools.values(), pool => pool.destroy())))

  return { post, close }
}

async function* piecesOf(bytes: Buffer, splitAt: readonly number[]): AsyncGenerator<Buffer> {
  const cuts = [0, ...splitAt.toSorted((one, other) => one - other), bytes.length]
  for (const [index, cut] of cuts.slice(1).entries()) {
    if (index > 0) await sleep(PIECE_MS)
    yield bytes.subarray(cuts[index], cut)
  }
}
