import { setTimeout as sleep } from 'node:timers/promises'
import Router from '@koa/router'
import { errorCode, Rejected } from '@waystation/domain'
import { type Gateway, webhook as receiveWebhook } from '@waystation/gateway'
import type { Log } from '@waystation/runtime'
import {
  type Bot,
  type BotApi,
  learnBot,
  poll,
  registerWebhook,
  telegramReceiver,
  untilAvailable,
} from '@waystation/telegram/inbound'
import type { Events } from '@waystation/telemetry'
import type { Redis } from 'ioredis'
import type { Webhook } from './config.ts'

/** How long the start waits for Telegram, so that its one line can say whether the bot is there. */
const START_PATIENCE_MS = 3_000

export type Deps = {
  api: BotApi
  redis: Redis
  gateway: Gateway
  events: Events
  log: Log
  /** Absent: updates are fetched. */
  webhook: Webhook | undefined
}

/** Lets updates in, from the moment that Telegram has told whose token it is until `close`. */
export function createFrontDoor({ api, redis, gateway, events, log, webhook }: Deps) {
  const closing = new AbortController()
  const background = { log, signal: closing.signal }
  const attempted = Promise.withResolvers<void>()
  const underWay = new Set<Promise<void>>()
  let bot: Bot | undefined
  let trouble = 'no answer yet'
  let receive: ReturnType<typeof receiveWebhook> | undefined
  let work = Promise.resolve()

  const routes = new Router()
  if (webhook) {
    routes.post('/webhooks/telegram', async context => {
      if (!receive) {
        context.set('Retry-After', '1')
        return context.throw(503)
      }
      const received = receive(context)
      underWay.add(received)
      await received.finally(() => underWay.delete(received))
    })
  }

  async function letIn(): Promise<void> {
    const me = await untilAvailable('telegram.bot_unknown', learn, background)
    if (!webhook)
      return poll({ api, redis, bot: me, accept: update => gateway.accept('telegram', update), ...background })
    receive = receiveWebhook(telegramReceiver({ secret: webhook.secret, bot: me }), gateway, events)
    await registerWebhook(api, webhook, background)
  }

  async function learn(): Promise<Bot> {
    try {
      bot = await learnBot(api, closing.signal)
      return bot
    } catch (error) {
      trouble = error instanceof Error ? error.message : errorCode(error)
      throw error
    } finally {
      attempted.resolve()
    }
  }

  /** Nothing is left to try: the process lives on for what else it does, and says so. */
  function giveUp(error: unknown): void {
    if (closing.signal.aborted) return
    trouble = error instanceof Rejected && bot ? `Telegram refuses PUBLIC_URL (${error.reason})` : errorCode(error)
    bot = undefined
    events.failed('gateway.telegram', error)
  }

  return {
    routes,
    isOpen: () => bot !== undefined,
    state: () => (bot ? `${webhook ? 'webhook' : 'polling'} as @${bot.username}` : `not connected: ${trouble}`),

    async open(): Promise<void> {
      work = letIn().catch(giveUp)
      await Promise.race([attempted.promise, sleep(START_PATIENCE_MS, undefined, { ref: false })])
    },

    /** Resolves once nothing is under way any more. */
    async close(): Promise<void> {
      closing.abort()
      await work
      await Promise.allSettled(underWay)
    },
  }
}
