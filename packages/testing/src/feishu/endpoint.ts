import type { FeishuApp } from './apps.ts'

export type Body = Readonly<Record<string, unknown>>

export type Request = {
  /** Whose token it came with. */
  app: FeishuApp
  /** What stands in the address in place of `:name`. */
  path: Readonly<Record<string, string>>
  query: URLSearchParams
  body: Body
}

/** One operation of the open platform. `run` may throw `Refused`. */
export type Endpoint = {
  run(request: Request): object
  /** One of them is needed. */
  scopes?: readonly string[]
  /** The chat it is about, where there is one. */
  chatOf?(request: Request): string | undefined
  /** What it answers stands beside `code`, not under `data`. */
  isBare?: true
}

/** An operation for those who have no token yet. `run` also tells whose credentials they were. */
export type OpenEndpoint = { open(body: Body): object }

export type Endpoints = Readonly<Record<string, Endpoint | OpenEndpoint>>

/** Method, path and the name under which calls are recorded and faults planned. */
const routes = (
  [
    ['POST', '/open-apis/auth/v3/tenant_access_token/internal', 'token'],
    ['POST', '/callback/ws/endpoint', 'wsEndpoint'],
    ['GET', '/open-apis/bot/v3/info', 'bot'],
    ['GET', '/open-apis/application/v6/scopes', 'scopes'],
    ['GET', '/open-apis/application/v6/applications/:app_id', 'app'],
    ['GET', '/open-apis/application/v6/applications/:app_id/app_versions/:version_id', 'appVersion'],
    ['POST', '/open-apis/im/v1/messages', 'send'],
    ['POST', '/open-apis/im/v1/messages/:message_id/reply', 'reply'],
    ['PUT', '/open-apis/im/v1/messages/:message_id', 'edit'],
    ['PATCH', '/open-apis/im/v1/messages/:message_id', 'patch'],
    ['DELETE', '/open-apis/im/v1/messages/:message_id', 'recall'],
    ['POST', '/open-apis/im/v1/messages/:message_id/reactions', 'react'],
    ['DELETE', '/open-apis/im/v1/messages/:message_id/reactions/:reaction_id', 'unreact'],
    ['POST', '/open-apis/cardkit/v1/cards', 'createCard'],
    ['PUT', '/open-apis/cardkit/v1/cards/:card_id', 'updateCard'],
    ['PATCH', '/open-apis/cardkit/v1/cards/:card_id/settings', 'cardSettings'],
    ['PUT', '/open-apis/cardkit/v1/cards/:card_id/elements/:element_id/content', 'updateElement'],
  ] as const
).map(([method, path, name]) => ({ method, parts: path.split('/'), name }))

export type EndpointName = (typeof routes)[number]['name']

/** Which endpoint a request is for, and the parts of its path. */
export function route(method: string, path: string): { name: EndpointName; path: Record<string, string> } | undefined {
  const given = path.split('/')
  for (const { method: wanted, parts, name } of routes) {
    if (wanted !== method || parts.length !== given.length) continue
    if (!parts.every((part, index) => part.startsWith(':') || part === given[index])) continue
    const named = parts.flatMap((part, index) => (part.startsWith(':') ? [[part.slice(1), given[index] ?? '']] : []))
    return { name, path: Object.fromEntries(named) }
  }
  return undefined
}
