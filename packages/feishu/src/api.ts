import { type Call, type CallOptions, type Client, createClient } from '@waystation/http'
import type { Redis } from '@waystation/redis'
import { z } from 'zod'
import type { FeishuApp } from './config.ts'
import { failureOf, TokenExpired } from './errors.ts'
import { askForToken, createTokens } from './tokens.ts'

/** Feishu answers 200 to much that failed: only this says success. */
const successSchema = z.looseObject({ code: z.literal(0) })

type Request = Pick<Call, 'body' | 'method' | 'name' | 'path'>

/** A client of Feishu's open API for one app. */
export type FeishuApi = {
  /**
   * Returns the answer, as `result` parses the whole of it. Throws what `failureOf` says, or what a call of packages/http
   * throws. A token that is not taken is renewed once.
   */
  call<Result>(request: Request, result: z.ZodType<Result>, options?: CallOptions): Promise<Result>
  close(): Promise<void>
}

export function feishuApi(app: FeishuApp, redis: Redis): FeishuApi {
  const client = createClient(app.baseUrl)
  const tokens = createTokens(app, client, redis)

  return {
    async call(request, result, options = {}) {
      const token = await tokens.get()
      try {
        return await callOnce(client, request, result, options, token)
      } catch (error) {
        if (!(error instanceof TokenExpired)) throw error
        await tokens.drop(token)
        return callOnce(client, request, result, options, await tokens.get())
      }
    },
    close: client.close,
  }
}

/** For one look at an app: with a token of its own, so that its secret is proved, and without Redis. */
export function feishuApiOnce(app: FeishuApp): FeishuApi {
  const client = createClient(app.baseUrl)
  let token: Promise<string> | undefined
  return {
    async call(request, result, options = {}) {
      token ??= askForToken(app, client).then(grant => grant.tenant_access_token)
      return callOnce(client, request, result, options, await token)
    },
    close: client.close,
  }
}

async function callOnce<Result>(
  client: Client,
  request: Request,
  result: z.ZodType<Result>,
  options: CallOptions,
  token: string,
): Promise<Result> {
  const answer = await client.call({ ...request, ...options, headers: { authorization: `Bearer ${token}` } })
  const parsed = successSchema.safeParse(answer.body).success ? result.safeParse(answer.body) : undefined
  if (parsed?.success) return parsed.data
  throw failureOf(request.name, answer)
}
