import { z } from 'zod'
import { createLimit, startPlatform } from './platform.ts'

const messageSchema = z.object({ to: z.array(z.string()).min(1), text: z.string().min(1).max(500) })

/** An SMS gateway as many are: a key in a header, a limit by the minute, and what is wrong with a message told in a 200. */
export async function startSmsGateway({ key = 'sms-key', perMinute = 60 } = {}) {
  const messages: { to: string[]; text: string }[] = []
  const isTooMuch = createLimit({ calls: perMinute, perMs: 60_000 })
  const platform = await startPlatform(({ headers, body }) => {
    if (headers.authorization !== `Bearer ${key}`) return { status: 401, body: { code: 'UNAUTHORIZED' } }
    const { data } = messageSchema.safeParse(body)
    if (!data) return { body: { code: 'INVALID_PARAMETERS' } }
    if (isTooMuch()) return { status: 429, headers: { 'Retry-After': '60' }, body: { code: 'LIMITED' } }
    messages.push(data)
    return { body: { code: 'OK' } }
  })
  return { ...platform, url: `${platform.origin}/sms/send`, messages }
}
