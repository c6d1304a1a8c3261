import Router from '@koa/router'
import { errorCode, Rejected } from '@waystation/domain'
import {
  arrivalFor,
  type Bot,
  createReplays,
  type FeishuApi,
  type FeishuApp,
  feishuApi,
  feishuReceiver,
  keepConnected,
  languageOf,
  learnBot,
  parseEvent,
  type ReceivingApp,
} from '@waystation/feishu/inbound'
import { createDoor, type Door, type Gateway, webhook as receiveWebhook } from '@waystation/gateway'
import type { Redis } from '@waystation/redis'
import type { Log } from '@waystation/runtime'
import type { Events } from '@waystation/telemetry'

export type Deps = {
  apps: readonly FeishuApp[]
  mode: 'webhook' | 'websocket'
  redis: Redis
  gateway: Gateway
  events: Events
  log: Log
}

type Entrance = ReceivingApp & {
  door: Door<Bot>
  api: FeishuApi
  /** Events can come. */
  isOpen(): boolean
}

/** Lets events of every app in, from the moment that Feishu has told who its bot is until `close`. */
export function createFrontDoor({ apps, mode, redis, gateway, events, log }: Deps) {
  const underWay = new Set<Promise<void>>()
  const entrances = apps.map(openable)

  function openable(app: FeishuApp): Entrance {
    const api = feishuApi(app, redis)
    let isConnected = mode === 'webhook'
    const onState = (isNow: boolean) => {
      isConnected = isNow
    }
    const door = createDoor({
      event: 'feishu.bot_unknown',
      learn: signal => learnBot(api, signal),
      async letIn(bot, background) {
        if (mode === 'websocket') {
          await keepConnected({ app, onState, accept: event => accept(event, app, bot), ...background })
        }
      },
      log,
      giveUp(error) {
        events.failed('gateway.feishu', error)
        return errorCode(error)
      },
    })
    const isOpen = () => door.bot() !== undefined && isConnected
    return { ...app, language: languageOf(app), bot: door.bot, door, api, isOpen }
  }

  /** An event of a long connection: what Feishu is told once it is durable. Rejects when Feishu should send it again. */
  async function accept(event: unknown, app: FeishuApp, bot: Bot): Promise<object> {
    try {
      const arrival = arrivalFor({ appId: app.appId, language: languageOf(app) }, bot)
      return (await gateway.accept('feishu', parseEvent(event, arrival))).answer
    } catch (error) {
      if (!(error instanceof Rejected)) throw error
      events.rejected({ channel: 'feishu', reason: error.reason })
      return {}
    }
  }

  const routes = new Router()
  if (mode === 'webhook') {
    const receive = receiveWebhook(feishuReceiver(entrances, createReplays(redis)), gateway, events)
    routes.post('/webhooks/feishu', async context => {
      const received = receive(context)
      underWay.add(received)
      await received.finally(() => underWay.delete(received))
    })
  }

  function stateOf({ appId, door, isOpen }: Entrance): string {
    const bot = door.bot()
    if (!bot) return `${appId} not connected: ${door.trouble()}`
    return `${mode} as ${bot.name} (${appId})${isOpen() ? '' : ', connecting'}`
  }

  return {
    routes,
    /** One app of several that is set up wrong must not take the others out of service. */
    isOpen: () => entrances.some(({ isOpen }) => isOpen()),
    state: () => entrances.map(stateOf).join('; '),
    open: async () => void (await Promise.all(entrances.map(({ door }) => door.open()))),

    /** Resolves once nothing is under way any more. */
    async close(): Promise<void> {
      await Promise.all(entrances.map(({ door }) => door.close()))
      await Promise.allSettled(underWay)
      await Promise.all(entrances.map(({ api }) => api.close()))
    },
  }
}
