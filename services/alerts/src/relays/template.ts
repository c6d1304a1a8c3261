import { createClient } from '@waystation/http'
import type { ConfigOf } from '../config.ts'
import { checkStatus, splitUrl } from './answers.ts'
import type { Relay } from './relay.ts'
import { fillWords, shortWordsOf, wordsOf } from './words.ts'

const PER_MS = 60_000

/** The answer was 2xx, and said something else than `expect` does. */
class NotAsExpected extends Error {
  override name = 'NotAsExpected'
}

/** An SMS gateway or a ticket system: a JSON body of the operator's, in which `{{title}}` and others stand for what is told. */
export function createTemplate(name: string, config: ConfigOf<'sms' | 'ticket'>): Relay {
  const { root, path } = splitUrl(config.url)
  const client = createClient(root)
  return {
    limits: [{ calls: config.perMinute, perMs: PER_MS }],
    async send(notice) {
      const words = config.kind === 'sms' ? shortWordsOf(notice) : wordsOf(notice)
      const filled = Object.entries(config.body).map(([key, value]) => [key, fillWords(value, words)])
      const body = Object.fromEntries(filled)
      const answer = await client.call({ name, method: 'POST', path, headers: config.headers, body })
      checkStatus(name, answer)
      if (!isLike(answer.body, config.expect)) throw new NotAsExpected(name)
    },
    close: () => client.close(),
  }
}

function isLike(answer: unknown, expected: ConfigOf<'sms'>['expect']): boolean {
  const said = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  const fields = new Map<string, unknown>(said)
  return Object.entries(expected).every(([key, value]) => JSON.stringify(fields.get(key)) === JSON.stringify(value))
}
