import { type CallOptions, createClient } from '@waystation/http'
import { z } from 'zod'
import { failureOf } from './errors.ts'

const successSchema = z.object({ ok: z.literal(true), result: z.unknown() })

/** A client of the Bot API for one bot. */
export type BotApi = {
  /**
   * Calls a method and returns its result, as `result` parses it. Throws what `failureOf` says, or what a call of
   * packages/http throws.
   */
  call<Result>(method: string, params: object, result: z.ZodType<Result>, options?: CallOptions): Promise<Result>
  close(): Promise<void>
}

/** `apiRoot`: `https://api.telegram.org`, or a server of one's own. */
export function botApi({ apiRoot, token }: { apiRoot: string; token: string }): BotApi {
  const client = createClient(apiRoot)
  return {
    async call(method, params, result, options = {}) {
      const path = `/bot${token}/${method}`
      const { status, body } = await client.call({ name: method, method: 'POST', path, body: params, ...options })
      const { data: success } = successSchema.safeParse(body)
      const parsed = success && result.safeParse(success.result)
      if (parsed?.success) return parsed.data
      throw failureOf(method, status, body)
    },
    close: client.close,
  }
}
