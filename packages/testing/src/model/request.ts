/** A message of a prompt, as it came. */
export type PromptMessage = { role: string; content: unknown }

export type CompletionRequest = {
  model: string
  messages: PromptMessage[]
  stream: boolean
  includeUsage: boolean
  /** By either name. */
  maxTokens: number | undefined
  /** Everything as it came. */
  body: Readonly<Record<string, unknown>>
}

type ErrorBody = { message: string; type: string; param?: string | null; code: string | number | null }

/** An answer `{error: {message, type, param, code}}`, or with a word in place of the object. */
export class ModelRefused extends Error {
  override name = 'ModelRefused'
  readonly status: number
  readonly error: ErrorBody | string
  readonly retryAfterSeconds: number | undefined
  constructor(status: number, error: ErrorBody | string, retryAfterSeconds?: number) {
    super(typeof error === 'string' ? error : error.message)
    this.status = status
    this.error = error
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** The request is at fault. */
export const invalid = (
  message: string,
  code: string | null = null,
  param: string | null = null,
  status = 400,
): ModelRefused => new ModelRefused(status, { message, type: 'invalid_request_error', param, code })

const roles = ['system', 'assistant', 'user', 'function', 'tool', 'developer']

/** The body of `POST /v1/chat/completions`. Throws `ModelRefused` 400. */
export function parseRequest(raw: string): CompletionRequest {
  const body = parseJson(raw)
  const { model, messages, stream = false, stream_options: streamOptions } = body
  if (typeof model !== 'string') throw invalid('you must provide a model parameter')
  if (messages === undefined)
    throw invalid("Missing required parameter: 'messages'.", 'missing_required_parameter', 'messages')
  if (!Array.isArray(messages))
    throw invalid("Invalid type for 'messages': expected an array.", 'invalid_type', 'messages')
  if (messages.length === 0)
    throw invalid(
      "Invalid 'messages': empty array. Expected an array with minimum length 1.",
      'empty_array',
      'messages',
    )
  messages.forEach(checkMessage)
  checkNumber(body, 'temperature')
  const maxTokens = checkNumber(body, 'max_completion_tokens') ?? checkNumber(body, 'max_tokens')
  if (streamOptions !== undefined && streamOptions !== null && stream !== true)
    throw invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", null, 'stream_options')
  return { model, messages, stream: stream === true, includeUsage: wantsUsage(streamOptions), maxTokens, body }
}

function parseJson(raw: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(raw)
    // An array passes here and has no model, which is refused next.
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>
  } catch {
    // Refused below, like any other body that is no object.
  }
  throw invalid('We could not parse the JSON body of your request.')
}

function checkMessage(message: unknown, index: number): void {
  const param = `messages[${index}]`
  if (typeof message !== 'object' || message === null)
    throw invalid(`Invalid type for '${param}': expected an object.`, 'invalid_type', param)
  const { role, content } = message as Record<string, unknown>
  if (typeof role !== 'string' || !roles.includes(role))
    throw invalid(
      `Invalid value: '${role}'. Supported values are: ${roles.join(', ')}.`,
      'invalid_value',
      `${param}.role`,
    )
  const isText = typeof content === 'string' || Array.isArray(content)
  const mayBeEmpty = role === 'assistant' && (content === null || content === undefined)
  if (!isText && !mayBeEmpty)
    throw invalid(`Invalid value for 'content': expected a string, got null.`, 'invalid_type', `${param}.content`)
  if (!textOf(content).isWellFormed())
    throw invalid(`Invalid value for '${param}.content': not valid Unicode.`, 'invalid_value', `${param}.content`)
}

function checkNumber(body: CompletionRequest['body'], name: string): number | undefined {
  const value = body[name] ?? undefined
  if (value === undefined || typeof value === 'number') return value
  throw invalid(`Invalid type for '${name}': expected a number.`, 'invalid_type', name)
}

/** All that it says, to be counted. */
export const promptText = ({ messages }: Pick<CompletionRequest, 'messages'>): string =>
  messages.map(message => textOf(message.content)).join('\n')

/** The text of a message's content: a string, or the text parts of a list. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map(part => (typeof part?.text === 'string' ? part.text : '')).join('')
}

const wantsUsage = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true
