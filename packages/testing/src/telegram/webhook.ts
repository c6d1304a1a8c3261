import { createDelivery, type Delivery, type Outcome } from './delivery.ts'
import { flag, integer, type Params, string } from './params.ts'
import type { Pending } from './pending.ts'
import type { Records } from './records.ts'
import { badRequest } from './refused.ts'
import { nowInSeconds } from './update.ts'
import { createWebhookClient, type Front, type WebhookClient } from './webhook-client.ts'
import type { Update } from './wire.ts'

const ports = new Set(['', '443', '80', '88', '8443'])

type Setting = { url: string; secret: string; maxConnections: number }
type Webhook = Setting & { client: WebhookClient; delivery: Delivery }

type Deps = {
  pending: Pending
  records: Records
  front: Front
  retryFactor: number
  /** Runs the call that a webhook's answer may carry. */
  execute(method: string, params: Params): void
}

/** The way out by which updates are posted to the bot. */
export function createWebhook({ pending, records, front, retryFactor, execute }: Deps) {
  let current: Webhook | undefined
  let lastError: { date: number; message: string } | undefined

  async function setWebhook(params: Params): Promise<true> {
    const setting = settingOf(params)
    if (setting.url === '') return deleteWebhook(params)
    check(setting)
    pending.allow(params)
    if (flag(params, 'drop_pending_updates')) pending.updates.clear()
    const { url, secret, maxConnections } = setting
    if (current?.url === url && current.secret === secret && current.maxConnections === maxConnections) return true
    const client = createWebhookClient(url, maxConnections, front)
    const delivery = createDelivery({ maxConnections, retryFactor, attempt })
    await replace({ ...setting, client, delivery })
    for (const update of pending.updates.values()) delivery.push(update)
    return true
  }

  async function deleteWebhook(params: Params): Promise<true> {
    if (flag(params, 'drop_pending_updates')) pending.updates.clear()
    await replace(undefined)
    return true
  }

  async function replace(next: Webhook | undefined): Promise<void> {
    const last = current
    current = next
    last?.delivery.stop()
    await last?.client.close()
    lastError = undefined
  }

  function getWebhookInfo(): object {
    const allowed = pending.allowed()
    return {
      url: current?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: pending.updates.size,
      ...(current ? { max_connections: current.maxConnections } : {}),
      ...(allowed.length > 0 ? { allowed_updates: allowed } : {}),
      ...(current && lastError ? { last_error_date: lastError.date, last_error_message: lastError.message } : {}),
    }
  }

  async function attempt(update: Update): Promise<Outcome> {
    const answer = await post(update.update_id, JSON.stringify(update)).catch(() => undefined)
    if (answer && answer.status >= 200 && answer.status < 300) {
      pending.updates.delete(update.update_id)
      executeAnswer(answer.body)
      return { ok: true }
    }
    const message = answer ? `Wrong response from the webhook: ${answer.status}` : 'Webhook connection closed'
    lastError = { date: nowInSeconds(), message }
    return { ok: false, retryAfterSeconds: answer?.retryAfterSeconds ?? 0 }
  }

  /** Posts a body to the webhook, whatever it holds. Rejects when no answer comes. */
  async function post(updateId: number, body: string | Buffer, headers: Record<string, string> = {}) {
    if (!current) throw new Error('no webhook is set')
    const secret = current.secret === '' ? {} : { 'x-telegram-bot-api-secret-token': current.secret }
    const record = { updateId, status: 0, at: Date.now(), durationMs: 0 }
    records.webhookAttempts.push(record)
    const began = performance.now()
    try {
      const answer = await current.client.post(body, { 'content-type': 'application/json', ...secret, ...headers })
      record.status = answer.status
      return answer
    } finally {
      record.durationMs = performance.now() - began
    }
  }

  /** A method named in the answer is run like a call; its result goes nowhere. */
  function executeAnswer(body: string): void {
    if (!body.includes('"method"')) return
    try {
      const { method, ...params } = JSON.parse(body)
      if (!/^(get|setwebhook|deletewebhook|close|logout)/i.test(method)) execute(method, params)
    } catch {
      // An answer that is no call, or a call that is refused, is nobody's concern.
    }
  }

  return {
    methods: { setWebhook, deleteWebhook, getWebhookInfo },
    push: (update: Update) => current?.delivery.push(update),
    isSet: () => current !== undefined,
    post,
    close: () => replace(undefined),
  }
}

function settingOf(params: Params): Setting {
  return {
    url: string(params, 'url') ?? '',
    secret: string(params, 'secret_token') ?? '',
    maxConnections: Math.min(Math.max(integer(params, 'max_connections') ?? 40, 1), 100),
  }
}

function check({ url, secret }: Setting): void {
  if (!/^[\w-]{0,256}$/.test(secret)) throw badRequest('secret token contains unallowed characters')
  if (!URL.canParse(url)) throw badRequest('invalid webhook URL specified')
  const { protocol, hostname, port } = new URL(url)
  // A server of one's own (`--local`) takes plain HTTP on any port; this one does so for this machine only.
  if (hostname === '127.0.0.1' || hostname === 'localhost') return
  if (protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
  if (!ports.has(port)) throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
}
