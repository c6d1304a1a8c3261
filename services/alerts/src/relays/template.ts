import { createClient } from '@waystation/http'
import type { CallConfig } from '../config.ts'
import type { Notice } from '../notice.ts'
import { checkStatus, splitUrl } from './answers.ts'
import type { Relay } from './relay.ts'

/** Three short messages joined to one, at 67 characters of Chinese each. */
const MAX_SMS_CHARACTERS = 200
const PER_MS = 60_000

type Json = CallConfig['body'][string]
type Words = Readonly<Record<string, string>>

/** The answer was 2xx, and said something else than `expect` does. */
class NotAsExpected extends Error {
  override name = 'NotAsExpected'
}

/** An SMS gateway or a ticket system: a JSON body of the operator's, in which `{{title}}` and others stand for what is told. */
export function createTemplate(name: string, config: CallConfig): Relay {
  const { root, path } = splitUrl(config.url)
  const client = createClient(root)
  return {
    limits: [{ calls: config.perMinute, perMs: PER_MS }],
    async send(notice) {
      const words = wordsOf(notice, config.kind)
      const body = Object.fromEntries(Object.entries(config.body).map(([key, value]) => [key, fill(value, words)]))
      const answer = await client.call({ name, method: 'POST', path, headers: config.headers, body })
      checkStatus(name, answer)
      if (!isLike(answer.body, config.expect)) throw new NotAsExpected(name)
    },
    close: () => client.close(),
  }
}

/** `id` is another for every notice, `group` the same from the first alert until it is resolved. */
function wordsOf({ id, group, status, title, text }: Notice, kind: CallConfig['kind']): Words {
  const isShort = kind === 'sms'
  return { id, group, status, title, text: isShort ? shortOf(title, text) : text }
}

function shortOf(title: string, text: string): string {
  const line = `${title} ${text}`.replaceAll(/\s+/g, ' ')
  const characters = [...line]
  return characters.length > MAX_SMS_CHARACTERS ? `${characters.slice(0, MAX_SMS_CHARACTERS - 1).join('')}…` : line
}

/** `{{word}}` in every text, at any depth. What is put in is not searched again. */
function fill(value: Json, words: Words): Json {
  if (typeof value === 'string') return value.replaceAll(/\{\{(\w+)\}\}/g, (all, word) => words[word] ?? all)
  if (Array.isArray(value)) return value.map(item => fill(item, words))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, words)]))
  return value
}

function isLike(answer: unknown, expected: CallConfig['expect']): boolean {
  const said = typeof answer === 'object' && answer !== null ? Object.entries(answer) : []
  const fields = new Map<string, unknown>(said)
  return Object.entries(expected).every(([key, value]) => JSON.stringify(fields.get(key)) === JSON.stringify(value))
}
