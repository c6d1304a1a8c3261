import { type Census, sweep, takeCensus } from '@waystation/mailbox'
import { inBoth } from '../language.ts'
import type { Station } from '../station.ts'
import { counted, duration } from '../text.ts'
import { type Cure, type Finding, green, red, yellow } from './finding.ts'

/** Longer than a model may be silent, and than a platform's usual pause. */
const LONG_MS = 60_000
const TOO_LONG_MS = 5 * 60_000

/** `isWorked`: whether somebody is there who takes from that box. */
export async function queueChecks(station: Station, isWorked: { inbox: boolean; outbox: boolean }): Promise<Finding[]> {
  const { redis, bells, outboxBells } = station
  const [inbox, outbox, dead] = await Promise.all([
    takeCensus(redis, 'inbox'),
    takeCensus(redis, 'outbox'),
    takeCensus(redis, 'dead'),
  ])
  const ring = { inbox: () => sweep(redis, 'inbox', bells), outbox: () => sweep(redis, 'outbox', outboxBells) }
  return [
    box('inbox', inbox, isWorked.inbox, ring.inbox),
    box('outbox', outbox, isWorked.outbox, ring.outbox),
    deadLetters(dead),
  ]
}

type Box = 'inbox' | 'outbox'

function box(
  kind: Box,
  { items, conversations, oldestAt }: Census,
  isWorked: boolean,
  ring: () => Promise<void>,
): Finding {
  const name = `queues.${kind}`
  if (items === 0 || oldestAt === undefined) return green(name, { en: 'nothing waits', zh: '没有等候的' })
  const ageMs = Date.now() - oldestAt
  const finding = inBoth(language => waiting[language](kind, items, conversations, duration(ageMs, language)))
  if (ageMs < LONG_MS) return green(name, finding)
  const cure = isWorked ? cures[kind] : nobody(kind === 'inbox' ? 'inference' : 'sender')
  const fix = async () => {
    await ring()
    return { en: 'rang for all that waits', zh: '已为所有等候的重新响铃' }
  }
  return (ageMs < TOO_LONG_MS ? yellow : red)(name, { finding, cure, fix })
}

const waiting = {
  en: (kind: Box, items: number, conversations: number, age: string) =>
    `waiting: ${counted(items, kind === 'inbox' ? 'message' : 'answer')} of ${counted(conversations, 'conversation')}, the oldest for ${age}`,
  zh: (kind: Box, items: number, conversations: number, age: string) =>
    `${conversations} 个会话的 ${items} 条${kind === 'inbox' ? '消息' : '回复'}在等候，最早的已等 ${age}`,
}

const nobody = (service: string): Cure => ({
  en: at => `No ${service} runs: ${at.start(service)}, then ${at.logs(service)}.`,
  zh: at => `没有 ${service} 在运行：${at.start(service)}，再看 ${at.logs(service)}。`,
})

const cures: Record<Box, Cure> = {
  inbox: {
    en: at =>
      `See models.* here, and ${at.logs('inference', 'turn.put_off')}; \`waystation doctor --fix\` rings again.`,
    zh: at =>
      `看本报告的 models.* 和 ${at.logs('inference', 'turn.put_off')}；\`waystation doctor --fix\` 会重新响铃。`,
  },
  outbox: {
    en: at =>
      `The platform refuses them: ${at.logs('sender', 'reply.put_off')} says why, \`waystation conversations list\` in which chats; \`--fix\` rings again.`,
    zh: at =>
      `平台不接收：${at.logs('sender', 'reply.put_off')} 说明原因，\`waystation conversations list\` 列出是哪些会话；\`--fix\` 会重新响铃。`,
  },
}

function deadLetters({ items, oldestAt = Date.now() }: Census): Finding {
  if (items === 0) return green('queues.dead_letters', { en: 'there are none', zh: '没有死信' })
  const age = inBoth(language => duration(Date.now() - oldestAt, language))
  return yellow('queues.dead_letters', {
    finding: {
      en: `given up: ${items}, the oldest ${age.en} ago`,
      zh: `放弃了 ${items} 个，最早的在 ${age.zh} 前`,
    },
    cure: {
      en: '`waystation dlq list` says why; `dlq replay` or `dlq drop` them.',
      zh: '`waystation dlq list` 说明原因；用 `dlq replay` 或 `dlq drop` 处理。',
    },
  })
}
