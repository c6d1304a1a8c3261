import { createMemory, readHistory } from '@waystation/conversations'
import type { ConversationId } from '@waystation/domain'
import { readTexts } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { Say } from '../language.ts'
import { indented } from '../text.ts'

type Kept = { by: keyof typeof WHO; text: string }

/** What is kept of what was said in a conversation, the oldest first: its own system prompt, its history, what waits. */
export async function keptIn(redis: Redis, id: ConversationId): Promise<Kept[]> {
  const [{ history, turn, inbox }, { system }] = await Promise.all([
    readTexts(redis, id, []),
    createMemory(redis).choices(id),
  ])
  const { entries, summary } = readHistory(history)
  return [
    ...(system === undefined ? [] : [{ by: 'system', text: system } as const]),
    ...(summary === undefined ? [] : [{ by: 'summary', text: summary } as const]),
    ...entries.map(({ role, content }) => ({ by: role, text: content })),
    ...[...turn, ...inbox].map(({ text }) => ({ by: 'waiting', text }) as const),
  ]
}

export const linesOfKept = (kept: readonly Kept[], say: Say): string =>
  kept.map(({ by, text }) => `${say(WHO[by])}\n${indented(text)}`).join('\n')

const WHO = {
  system: { en: 'system prompt', zh: '系统提示词' },
  summary: { en: 'summary of what was said before', zh: '此前内容的摘要' },
  user: { en: 'asked', zh: '提问' },
  assistant: { en: 'answered', zh: '回答' },
  waiting: { en: 'not answered yet', zh: '尚未回答' },
}
