import { randomUUID } from 'node:crypto'

/** An event of a conversation as the page reads it. */
type Shown = { id?: string; type: string; text?: string; state?: string }

export type WebSession = { web: string; cookie: string }

/** What a browser gets that opens the chat page at `web`. */
export async function openSession(web: string): Promise<WebSession> {
  const { headers } = await fetch(web)
  const [cookie] = headers.getSetCookie()
  return { web, cookie: cookie?.split(';')[0] ?? '' }
}

/** Posts a message as the page does. */
export function say({ web, cookie }: WebSession, text: string, id: string = randomUUID()): Promise<Response> {
  const headers = { cookie, 'content-type': 'application/json' }
  return fetch(`${web}/api/messages`, { method: 'POST', headers, body: JSON.stringify({ id, text }) })
}

/** The events of a session's conversation, after `lastEventId` or from the beginning, up to the first final reply that says `lastText`. */
export async function readUntil({ web, cookie }: WebSession, lastText: string, lastEventId = ''): Promise<Shown[]> {
  const leave = new AbortController()
  const headers = { cookie, 'last-event-id': lastEventId }
  const { body } = await fetch(`${web}/api/events`, { headers, signal: leave.signal })
  const shown: Shown[] = []
  let unread = ''
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = `${unread}${text}`.split('\n\n')
    unread = blocks.pop() ?? ''
    shown.push(...blocks.flatMap(readEvent))
    if (shown.some(event => event.state === 'final' && event.text === lastText)) break
  }
  leave.abort()
  return shown
}

function readEvent(block: string): Shown[] {
  const [, data] = /^data: ?(.+)$/m.exec(block) ?? []
  const [, id] = /^id: ?(.+)$/m.exec(block) ?? []
  // The gateway writes nothing else in a line of data.
  return data === undefined ? [] : [{ ...(JSON.parse(data) as Shown), ...(id === undefined ? {} : { id }) }]
}
