import { randomUUID } from 'node:crypto'
import type { Site } from './site.ts'

/** So many take turns that nobody waits for an earlier answer. */
const PEOPLE = 40

type Say = (text: string) => unknown

/** People write to the bot at a steady rate, in Telegram if nothing else is said, until what is returned is called. */
export function talk(site: Site, perSecond: number, people: readonly Say[] = inTelegram(site)): () => void {
  let said = 0
  const timer = setInterval(() => void people[said++ % people.length]?.(`question ${said}`), 1_000 / perSecond)
  return () => clearInterval(timer)
}

/** As many in each channel. */
export async function everywhere(site: Site): Promise<Say[]> {
  const inFeishu = Array.from({ length: PEOPLE }, () => site.station.feishu.p2p().say)
  const inWeb = await Promise.all(Array.from({ length: PEOPLE }, () => openPage(site)))
  return inTelegram(site).flatMap((say, index) => [say, inFeishu[index], inWeb[index]].filter(one => one !== undefined))
}

function inTelegram({ station }: Site): Say[] {
  return Array.from({ length: PEOPLE }, () => station.telegram.privateChat().say)
}

async function openPage({ station: { web } }: Site): Promise<Say> {
  const [cookie = ''] = (await fetch(web)).headers.getSetCookie()
  const headers = { cookie: cookie.split(';')[0] ?? '', 'content-type': 'application/json' }
  return async text => {
    const body = JSON.stringify({ id: randomUUID(), text })
    const answer = await fetch(`${web}/api/messages`, { method: 'POST', headers, body })
    if (answer.status !== 202) throw new Error(`the web chat answers ${answer.status}`)
  }
}
