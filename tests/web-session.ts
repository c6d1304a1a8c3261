import { randomUUID } from 'node:crypto'

/** An event of a conversation as the page reads it. */
export type Shown = { id?: string; type: string; replyId?: string; from?: number; text?: string; state?: string }

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

/**
 * The events of a session's conversation, after `lastEventId` or from the beginning, up to the first final reply that says
 * `lastText`.
 */
export async function readUntil(session: WebSession, lastText: string, lastEventId = ''): Promise<Shown[]> {
  const shown: Shown[] = []
  for await (const event of readEvents(session, lastEventId)) {
    shown.push(event)
    if (event.state === 'final' && event.text === lastText) break
  }
  return shown
}

/**
 * The events of a session's conversation as they come, after `lastEventId` or from the beginning, until the stream ends.
 * Rejects when `signal` ends it.
 */
export async function* readEvents(
  { web, cookie }: WebSession,
  lastEventId = '',
  signal = new AbortController().signal,
): AsyncGenerator<Shown> {
  const leave = new AbortController()
  const headers = { cookie, 'last-event-id': lastEventId }
  try {
    const { body } = await fetch(`${web}/api/events`, { headers, signal: AbortSignal.any([leave.signal, signal]) })
    let unread = ''
    for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = `${unread}${text}`.split('\n\n')
      unread = blocks.pop() ?? ''
      yield* blocks.flatMap(readEvent)
    }
  } finally {
    leave.abort()
  }
}

function readEvent(block: string): Shown[] {
  const [, data] = /^data: ?(.+)$/m.exec(block) ?? []
  const [, id] = /^id: ?(.+)$/m.exec(block) ?? []
  // The gateway writes nothing else in a line of data.
  return data === undefined ? [] : [{ ...(JSON.parse(data) as Shown), ...(id === undefined ? {} : { id }) }]
}
