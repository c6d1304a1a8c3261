import { createHash } from 'node:crypto'
import type { PromptMessage } from '@waystation/domain'
import type { Redis } from '@waystation/redis'
import { LRUCache } from 'lru-cache'
import type { Endpoint, Parameters } from './call/endpoint.ts'

/** Answers that one process keeps beside what Redis does. */
const MAX_ANSWERS = 1024

export type Cache = ReturnType<typeof createCache>

/**
 * Answers to equal first questions, for whom the caller finds them fit: nothing private, nothing that was said before. An
 * unreachable Redis is no reason not to answer: then only this process remembers.
 */
export function createCache(redis: Redis) {
  const own = new LRUCache<string, string>({ max: MAX_ANSWERS })

  return {
    /** Names an answer by everything it depends on. */
    keyOf({ tier, model }: Pick<Endpoint, 'model' | 'tier'>, parameters: Parameters, prompt: PromptMessage[]): string {
      const words = prompt.map(({ role, content }) => [role, normalized(content)])
      const hash = createHash('sha256').update(JSON.stringify([tier, model, parameters, words]))
      return `waystation:{answers}:${hash.digest('base64url')}`
    },

    async find(key: string): Promise<string | undefined> {
      const known = own.get(key)
      if (known !== undefined) return known
      return (await redis.get(key).catch(() => null)) ?? undefined
    },

    async keep(key: string, answer: string, minutes: number): Promise<void> {
      const keepMs = Math.round(minutes * 60_000)
      own.set(key, answer, { ttl: keepMs })
      await redis.set(key, answer, 'PX', keepMs).catch(() => {})
    },
  }
}

/** The same question, however it is spaced and whichever keyboard wrote it. */
const normalized = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim()
