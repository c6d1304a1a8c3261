import { badRequest } from './refused.ts'

/** What a method was called with: from JSON anything, from a form or a query only strings. */
export type Params = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The Bot API takes parameters from the query, a form or a JSON object. Multipart, meant for files, is refused here. */
export function parseParams(query: string, contentType: string, body: Buffer): Params {
  const fromQuery = query === '' ? {} : Object.fromEntries(new URLSearchParams(query))
  if (body.length === 0) return fromQuery
  const text = decode(body)
  if (contentType.startsWith('application/json')) return { ...fromQuery, ...parseObject(text) }
  if (contentType.startsWith('application/x-www-form-urlencoded'))
    return { ...fromQuery, ...Object.fromEntries(new URLSearchParams(text)) }
  throw badRequest(`unsupported content type "${contentType}"`)
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body)
  } catch {
    throw badRequest('strings must be encoded in UTF-8')
  }
}

/** A string; a number passes for one, as in the real server. Half a surrogate pair has no UTF-8 and is refused. */
export function string(params: Params, name: string): string | undefined {
  const value = params[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') throw badRequest(`${name} must be a string`)
  const text = String(value)
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
  return text
}

export function integer(params: Params, name: string): number | undefined {
  const value = string(params, name)
  if (value === undefined || value === '') return undefined
  if (!/^-?\d{1,16}$/.test(value)) throw badRequest(`${name} must be an integer`)
  return Number(value)
}

export function flag(params: Params, name: string): boolean {
  const value = params[name]
  return value === true || value === 'true' || value === 'True' || value === 1 || value === '1'
}

/** An object or a list, which a form carries as JSON. */
export function nested(params: Params, name: string): unknown {
  const value = params[name]
  return typeof value === 'string' && value !== '' ? parseJson(value) : value
}

/** An object as its own parameters; `undefined` where there is none. */
export function object(params: Params, name: string): Params | undefined {
  const value = nested(params, name)
  if (value === undefined || value === null || value === '') return undefined
  if (!isObject(value)) throw badRequest(`object expected as ${name}`)
  return value
}

function parseObject(text: string): Params {
  const value = parseJson(text)
  if (!isObject(value)) throw badRequest("can't parse JSON: object expected")
  return value
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badRequest("can't parse JSON")
  }
}

const isObject = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
