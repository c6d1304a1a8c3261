/** An answer `{code, msg}` of the open platform, which is no success. */
export class Refused extends Error {
  override name = 'Refused'
  readonly code: number
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  constructor(code: number, msg: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(msg)
    this.code = code
    this.status = status
    this.headers = headers
  }
}

/** What the messages of the im API say of parameters. */
export const invalid = (why: string): Refused =>
  new Refused(230001, `Your request contains an invalid request parameter, ext=${why}.`)

/** What CardKit says of them. */
export const invalidForCard = (why: string): Refused =>
  new Refused(10002, `Your request contains an invalid request parameter, ext=${why}.`)

export const RECALLED = 'The message was withdrawn.'
