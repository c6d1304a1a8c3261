import type { ConversationId } from '@waystation/domain'
import { primariesOf, type Redis } from '@waystation/redis'
import { keyOf } from '../keys.ts'

/** Every conversation that has a key of one of these names, each once. */
export async function* conversationsWith(redis: Redis, ...names: string[]): AsyncGenerator<ConversationId> {
  const seen = new Set<string>()
  for (const server of primariesOf(redis))
    for (const name of names) {
      const [before = '', after = ''] = keyOf('*', name).split('*')
      for await (const keys of server.scanStream({ match: keyOf('*', name), count: 1000 }))
        for (const key of keys) {
          const conversation = key.slice(before.length, -after.length)
          if (seen.has(conversation)) continue
          seen.add(conversation)
          // Keys of this shape are conversations' alone.
          yield conversation as ConversationId
        }
    }
}
