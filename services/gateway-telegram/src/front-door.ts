import Router from '@koa/router'
import { errorCode, Rejected } from '@waystation/domain'
import { createDoor, type Gateway, webhook as receiveWebhook } from '@waystation/gateway'
import type { Redis } from '@waystation/redis'
import type { Log } from '@waystation/runtime'
import {
  type BotApi,
  learnBot,
  poll,
  registerWebhook,
  telegramReceiver,
  type WebhookState,
  watchWebhook,
} from '@waystation/telegram/inbound'
import type { Events } from '@waystation/telemetry'
import type { Webhook } from './config.ts'

export type Deps = {
  api: BotApi
  redis: Redis
  gateway: Gateway
  events: Events
  log: Log
  /** Absent: updates are fetched. */
  webhook: Webhook | undefined
  /** Hears every minute what Telegram says of the webhook. */
  observe(bot: string, state: WebhookState): void
}

/** Lets updates in, from the moment that Telegram has told whose token it is until `close`. */
export function createFrontDoor({ api, redis, gateway, events, log, webhook, observe }: Deps) {
  const underWay = new Set<Promise<void>>()
  let receive: ReturnType<typeof receiveWebhook> | undefined

  const door = createDoor({
    event: 'telegram.bot_unknown',
    learn: signal => learnBot(api, signal),
    async letIn(bot, background) {
      if (!webhook)
        return poll({ api, redis, bot, accept: update => gateway.accept('telegram', update), ...background })
      receive = receiveWebhook(telegramReceiver({ secret: webhook.secret, bot }), gateway, events)
      await registerWebhook(api, webhook, background)
      const report = (state: WebhookState) => observe(bot.username, state)
      await watchWebhook({ api, publicUrl: webhook.publicUrl, report, ...background })
    },
    log,
    giveUp(error) {
      events.failed('gateway.telegram', error)
      return error instanceof Rejected && receive ? `Telegram refuses PUBLIC_URL (${error.reason})` : errorCode(error)
    },
  })

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

  return {
    routes,
    isOpen: () => door.bot() !== undefined,
    state() {
      const bot = door.bot()
      return bot ? `${webhook ? 'webhook' : 'polling'} as @${bot.username}` : `not connected: ${door.trouble()}`
    },
    open: door.open,

    /** Resolves once nothing is under way any more. */
    async close(): Promise<void> {
      await door.close()
      await Promise.allSettled(underWay)
    },
  }
}
