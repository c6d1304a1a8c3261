import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventDispatcher } from '@larksuiteoapi/node-sdk'
import type { Background } from '@waystation/http'
import type { FeishuApp } from '../config.ts'

/** A connection that says nothing for so long after a ping is dead, however whole it looks. */
const PONG_WITHIN_SECONDS = 10
const HANDSHAKE_MS = 10_000
const RESTART_AFTER_MS = 5_000
/** How often it is told that there is no connection. */
const TELL_EVERY_MS = 30_000

export type Connection = Background & {
  app: FeishuApp
  /** Hears when the connection stands, and when it does not. */
  onState(isConnected: boolean): void
  /** Resolves with what Feishu is told once the event is durable; rejects when Feishu should send it again. */
  accept(event: unknown): Promise<object>
}

/**
 * Receives events over Feishu's long connection until `signal` ends. Any number of replicas may: each event goes to one of
 * them, and is acknowledged once `accept` has resolved.
 */
export async function keepConnected({ app, onState, accept, log, signal }: Connection): Promise<void> {
  // Large, and of no use to who receives webhooks.
  const { LoggerLevel, WSClient } = await import('@larksuiteoapi/node-sdk')
  const { appId, appSecret, baseUrl } = app
  const underWay = new Set<Promise<object>>()
  function note(state: 'connected' | 'failed' | 'reconnecting' | 'waiting', more = {}): void {
    onState(state === 'connected')
    log.info({ event: 'feishu.connection', app: appId, state, ...more })
  }

  /** Until it fails for good, or `signal` ends; what breaks in between it mends itself. */
  async function connectOnce(): Promise<void> {
    const failed = new AbortController()
    const client = new WSClient({
      appId,
      appSecret,
      domain: baseUrl,
      handshakeTimeoutMs: HANDSHAKE_MS,
      wsConfig: { pingTimeout: PONG_WITHIN_SECONDS },
      // It logs events whole, and addresses with tickets in them.
      loggerLevel: LoggerLevel.fatal,
      onReady: () => note('connected'),
      onReconnecting: () => note('reconnecting'),
      onReconnected: () => note('connected'),
      onError({ message }) {
        note('failed', { code: /code=(\d+)/.exec(message)?.[1], restartMs: RESTART_AFTER_MS })
        failed.abort()
      },
    })
    // It goes on trying without a word, where a network lets no WebSocket through for example.
    const waiting = setInterval(() => {
      if (client.getConnectionStatus().state !== 'connected') note('waiting')
    }, TELL_EVERY_MS)
    const ended = once(AbortSignal.any([signal, failed.signal]), 'abort')
    // All that the client asks of a dispatcher; its own one verifies nothing that matters here, and hides errors.
    await client.start({ eventDispatcher: { invoke } as unknown as EventDispatcher })
    if (!signal.aborted) await ended
    clearInterval(waiting)
    client.close({ force: true })
  }

  async function invoke(event: unknown): Promise<object> {
    const accepted = accept(event)
    underWay.add(accepted)
    return accepted.finally(() => underWay.delete(accepted))
  }

  while (!signal.aborted) {
    await connectOnce()
    await sleep(RESTART_AFTER_MS, undefined, { signal }).catch(() => {})
  }
  await Promise.allSettled(underWay)
}
