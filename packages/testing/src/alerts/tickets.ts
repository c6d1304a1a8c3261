import { z } from 'zod'
import { startPlatform } from './platform.ts'

const ticketSchema = z.object({ externalId: z.string(), title: z.string().min(1).max(255), description: z.string() })

/** A ticket system that knows what it was sent before by an id of the sender's. */
export async function startTicketSystem({ key = 'ticket-key' } = {}) {
  const tickets = new Map<string, { title: string; description: string }>()
  /** Of every call that was taken, in their order. */
  const titles: string[] = []
  const platform = await startPlatform(({ headers, body }) => {
    if (headers['x-api-key'] !== key) return { status: 403, body: { error: 'forbidden' } }
    const { data } = ticketSchema.safeParse(body)
    if (!data) return { status: 422, body: { error: 'unprocessable' } }
    const { externalId, ...ticket } = data
    const status = tickets.has(externalId) ? 200 : 201
    tickets.set(externalId, ticket)
    titles.push(ticket.title)
    return { status, body: { id: externalId } }
  })
  return { ...platform, url: `${platform.origin}/api/tickets`, tickets, titles }
}
