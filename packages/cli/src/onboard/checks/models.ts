import { Unavailable } from '@waystation/domain'
import { createClient } from '@waystation/http'
import { z } from 'zod'
import { Wrong } from '../../wrong.ts'

/** Where the servers that people run at home listen. */
const usual = [
  { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' },
  { name: 'vLLM', baseUrl: 'http://127.0.0.1:8000/v1' },
  { name: 'llama.cpp', baseUrl: 'http://127.0.0.1:8080/v1' },
]
const NEARBY_MS = 1_000

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/** A server that wants a key, or another one. */
export class KeyWanted extends Wrong {
  override name = 'KeyWanted'
}

export type Found = { name: string; baseUrl: string; models: string[] }

/** The servers of this machine that list a model. */
export async function findServers(candidates = usual): Promise<Found[]> {
  const found = candidates.map(async ({ name, baseUrl }): Promise<Found[]> => {
    const models = await listModels(baseUrl, undefined, NEARBY_MS).catch(() => [])
    return models?.length ? [{ name, baseUrl, models }] : []
  })
  return (await Promise.all(found)).flat()
}

/**
 * The models that a server says it has, which costs nothing anywhere; `undefined` where it is there and has no such list.
 * Throws `KeyWanted`, or `Wrong` where no such server is there.
 */
export async function listModels(
  baseUrl: string,
  key: string | undefined,
  timeLimitMs?: number,
): Promise<string[] | undefined> {
  const client = createClient(baseUrl)
  const headers = key ? { authorization: `Bearer ${key}` } : {}
  try {
    const { status, body } = await client.call({ name: 'models', method: 'GET', path: '/models', headers, timeLimitMs })
    if (status === 401 || status === 403) throw new KeyWanted(key ? keyRefused(baseUrl, status) : keyMissing(baseUrl))
    if (status >= 500) throw new Wrong(broken(baseUrl, status))
    const { data: list } = listSchema.safeParse(body)
    if (list) return list.data.map(({ id }) => id)
    if (status < 300 || !new URL(baseUrl).pathname.replace('/', '')) throw new Wrong(elsewhere(baseUrl, status))
    return undefined
  } catch (error) {
    if (error instanceof Unavailable) throw new Wrong(unreached(baseUrl, error.message))
    throw error
  } finally {
    await client.close()
  }
}

const HOST = 'host.docker.internal'

/** In a container 127.0.0.1 is the container; Compose gives the machine a name there. */
export function asInContainers(baseUrl: string): string {
  const url = new URL(baseUrl)
  if (!/^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)) return baseUrl
  url.hostname = HOST
  return url.href.replace(/\/$/, '')
}

/** The same address as this process has it; `undefined` for a container of Compose's, which it does not reach. */
export function asHere(baseUrl: string): string | undefined {
  const url = new URL(baseUrl)
  if (['ollama', 'llama-cpp'].includes(url.hostname)) return undefined
  if (url.hostname !== HOST) return baseUrl
  url.hostname = '127.0.0.1'
  return url.href.replace(/\/$/, '')
}

const hostOf = (baseUrl: string): string => new URL(baseUrl).host

/** Without a login or a query, which may be secrets. */
function listOf(baseUrl: string): string {
  const { origin, pathname } = new URL(baseUrl)
  return `${origin}${pathname.replace(/\/$/, '')}/models`
}

const keyMissing = (baseUrl: string) => ({
  en: `${hostOf(baseUrl)} wants a key.`,
  zh: `${hostOf(baseUrl)} 需要密钥。`,
})
const keyRefused = (baseUrl: string, status: number) => ({
  en: `${hostOf(baseUrl)} refuses this key (${status}). Copy it again, and see that it is of this address.`,
  zh: `${hostOf(baseUrl)} 不接受这个密钥（${status}）。请重新复制，并确认它属于这个地址。`,
})
const broken = (baseUrl: string, status: number) => ({
  en: `${hostOf(baseUrl)} answers ${status}. At 503 it still loads its model: wait. Else its own log says why.`,
  zh: `${hostOf(baseUrl)} 返回 ${status}。503 表示仍在加载模型，请等待；其他情况看它自己的日志。`,
})
const elsewhere = (baseUrl: string, status: number) => ({
  en: `${hostOf(baseUrl)} answers (${status}), but has no list of models there. Does the address end with /v1?`,
  zh: `${hostOf(baseUrl)} 有应答（${status}），但那里没有模型列表。地址末尾是 /v1 吗？`,
})
const unreached = (baseUrl: string, why: string) => ({
  en: `${hostOf(baseUrl)} does not answer (${why}). Does the server run, and is this its address? \`curl ${listOf(baseUrl)}\``,
  zh: `${hostOf(baseUrl)} 没有应答（${why}）。服务器在运行吗？地址对吗？试试 \`curl ${listOf(baseUrl)}\``,
})
