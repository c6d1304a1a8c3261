export type ResponseParameters = { retry_after?: number; migrate_to_chat_id?: number }

/** An answer `{ok: false, error_code, description, parameters}` of the Bot API. */
export class Refused extends Error {
  override name = 'Refused'
  readonly status: number
  readonly parameters: ResponseParameters | undefined
  constructor(status: number, description: string, parameters?: ResponseParameters) {
    super(description)
    this.status = status
    this.parameters = parameters
  }
}

export const badRequest = (reason: string): Refused => new Refused(400, `Bad Request: ${reason}`)

export const tooManyRequests = (seconds: number): Refused =>
  new Refused(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
