import type { Language, Words } from '../language.ts'
import { duration, table } from '../text.ts'
import type { Sight } from './index.ts'

const BAR = 20

/** `rate`: answers a second, where two sights were compared. */
export function picture(
  { at, inbox, outbox, dead, answersToday }: Sight,
  rate: number | undefined,
  language: Language,
): string {
  const say = (words: Words) => words[language]
  const age = (oldestAt: number | undefined) => (oldestAt === undefined ? '-' : duration(at - oldestAt, language))
  const most = Math.max(inbox.items, outbox.items, dead.items, BAR)
  const bar = (items: number) => '#'.repeat(Math.ceil((items / most) * BAR))
  const row = (name: string, box: Sight['inbox']) => [
    name,
    String(box.items),
    String(box.conversations),
    age(box.oldestAt),
    String(box.active),
    String(box.waiting),
    String(box.delayed),
    String(box.workers),
    bar(box.items),
  ]
  const rows = [
    row('inbox', inbox),
    row('outbox', outbox),
    ['dead', String(dead.items), String(dead.conversations), age(dead.oldestAt), '', '', '', '', bar(dead.items)],
  ]
  const pace =
    rate === undefined ? '' : say({ en: `, ${rate.toFixed(1)} a second`, zh: `，每秒 ${rate.toFixed(1)} 条` })
  const answers = say({ en: `${answersToday} answers today (UTC)`, zh: `今天（UTC）${answersToday} 条回答` })
  return `${table(HEAD[language], rows)}\n\n${answers}${pace}`
}

const HEAD = {
  en: ['box', 'items', 'conversations', 'oldest', 'active', 'waiting', 'later', 'workers', ''],
  zh: ['box', '件', '会话', '最早', '进行中', '等候', '稍后', '进程', ''],
}
