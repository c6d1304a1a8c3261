import { startStation, telegramUpdate } from '@waystation/testing'
import { expect, test, vi } from 'vitest'
import { commandLines } from './command-lines.ts'
import { openSession, readUntil, say } from './web-session.ts'

const canaries = {
  webhookSecret: 'canary-webhook-secret',
  modelKey: 'canary-model-key',
  sessionKey: 'canary-session-key-of-enough-characters',
  question: 'canary question',
  answer: 'canary answer',
  persona: 'canary persona',
  name: 'Canary-Name',
}

test('no token, key, or word of anybody is in what processes print, measure, answer a stranger, or are called with', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
    model: { apiKey: canaries.modelKey, answer: () => canaries.answer, durationMs: 300 },
    env: {
      LOG_LEVEL: 'trace',
      TELEGRAM_WEBHOOK_SECRET: canaries.webhookSecret,
      LOCAL_MODEL_API_KEY: canaries.modelKey,
      WEB_SESSION_SECRET: canaries.sessionKey,
    },
  })
  const { telegram, model, redis } = station
  const session = await openSession(station.web)
  const chat = telegram.privateChat({ name: canaries.name })
  const shown: string[] = []
  const look = async () => {
    const running = station.processes.filter(process => process.isRunning())
    for (const { origin } of running)
      for (const path of ['/metrics', '/readyz', '/healthz']) shown.push(await (await fetch(`${origin}${path}`)).text())
    shown.push(...commandLines().map(([, words]) => words))
  }
  const ask = async () => {
    chat.say(canaries.question)
    await say(session, canaries.question)
    await station.settled()
    await look()
  }

  await ask()
  for (const fault of [
    { kind: 'status', status: 500 },
    { kind: 'status', status: 401 },
    { kind: 'cut', afterChunks: 1 },
    { kind: 'error_event', afterChunks: 1 },
    { kind: 'html' },
  ] as const)
    model.fault(fault)
  await ask()
  telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 1 } })
  telegram.fault('sendMessage', { status: 502, body: '<html>' })
  telegram.fault('sendMessage', { drop: 'before' })
  telegram.fault('sendMessage', { drop: 'after' })
  await ask()
  telegram.fault('sendMessage', { status: 403, description: `Forbidden: ${canaries.question}` })
  await ask()

  const [gateway] = station.of('gateway-telegram')
  const stranger = async (headers: Record<string, string>, body: string) => {
    const answer = await fetch(`${gateway?.origin}/webhooks/telegram`, { method: 'POST', headers, body })
    shown.push(await answer.text(), JSON.stringify([...answer.headers]))
  }
  const right = { 'x-telegram-bot-api-secret-token': canaries.webhookSecret }
  const update = telegramUpdate({ text: canaries.question, chat: chat.id, messageId: 500 })
  await stranger({ 'x-telegram-bot-api-secret-token': `${canaries.webhookSecret}x` }, JSON.stringify(update))
  await stranger(right, `{"${canaries.question}`)
  await stranger(right, JSON.stringify({ ...update, message: { text: canaries.question, chat: canaries.question } }))
  await stranger(right, JSON.stringify({ update_id: 1, [canaries.question]: canaries.question }))
  await fetch(`${station.web}/api/messages`, { method: 'POST', headers: session, body: canaries.question })
  await fetch(`${station.web}/${encodeURIComponent(canaries.question)}?token=${telegram.token}`)

  await redis.kill()
  chat.say(canaries.question)
  expect((await say(session, canaries.question)).status).toBe(503)
  await look()
  await redis.restart()
  await ask()
  chat.say(canaries.question)
  await say(session, canaries.question)
  await vi.waitUntil(() => model.active() > 0, { timeout: 30_000 })
  for (const process of [...station.of('inference'), ...station.of('sender')]) {
    await process.kill()
    await station.replace(process)
  }
  await ask()
  await readUntil(session, canaries.answer)
  for (const process of station.of('gateway-web')) await process.kill('SIGTERM')

  expect(station.output.split('\n').length).toBeGreaterThan(100)
  const everything = [station.output, ...shown].join('\n')
  const secrets = {
    ...canaries,
    botToken: telegram.token.split(':')[1] ?? '',
    redisPassword: new URL(redis.url).password,
    sessionCookie: session.cookie.split('.')[1] ?? '',
  }
  const found = Object.entries(secrets).filter(([, secret]) => everything.includes(secret))
  expect(found.map(([name]) => name)).toEqual([])
  expect(Object.values(secrets).every(secret => secret.length > 8)).toBe(true)
})
