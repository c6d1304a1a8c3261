import { feishuEvent, seal, startStation, telegramUpdate } from '@waystation/testing'
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
  appSecret: 'canary-app-secret',
  encryptKey: 'canary-encrypt-key',
  verificationToken: 'canary-verification-token',
}

const { appSecret, encryptKey, verificationToken } = canaries
/** By which Feishu's API is called, and its long connections opened. */
const passes = /\bt-[\da-f]{40}|ticket=|access_key=/

test('no token, key, or word of anybody is in what processes print, measure, answer a stranger, or are called with', {
  timeout: 120_000,
}, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-feishu': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
    feishu: { apps: [{ appSecret, encryptKey, verificationToken }], retryFactor: 0.001 },
    model: { apiKey: canaries.modelKey, answer: () => canaries.answer, durationMs: 300 },
    env: {
      LOG_LEVEL: 'trace',
      TELEGRAM_WEBHOOK_SECRET: canaries.webhookSecret,
      LOCAL_MODEL_API_KEY: canaries.modelKey,
      WEB_SESSION_SECRET: canaries.sessionKey,
    },
  })
  const { telegram, feishu, model, redis } = station
  const session = await openSession(station.web)
  const chat = telegram.privateChat({ name: canaries.name })
  const feishuChat = feishu.p2p({ name: canaries.name })
  const shown: string[] = []
  const look = async () => {
    const running = station.processes.filter(process => process.isRunning())
    for (const { origin } of running)
      for (const path of ['/metrics', '/readyz', '/healthz']) shown.push(await (await fetch(`${origin}${path}`)).text())
    shown.push(...commandLines().map(([, words]) => words))
  }
  const ask = async () => {
    chat.say(canaries.question)
    feishuChat.say(canaries.question)
    await say(session, canaries.question)
    await station.settled()
    await look()
  }

  await ask()
  for (const fault of [
    { kind: 'status', status: 500 },
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
  const quoting = `refused: ${canaries.question} ${canaries.appSecret}`
  feishu.fault('token', { code: 10014, msg: quoting })
  for (const code of [99991663, 300313, 230020]) feishu.fault('updateCard', { code, msg: quoting })
  feishu.fault('cardSettings', { body: `<html>${quoting}`, status: 502 })
  feishu.fault('reply', { drop: 'after' })
  feishu.fault('reply', { code: 230099, msg: quoting })
  await ask()
  telegram.fault('sendMessage', { status: 403, description: `Forbidden: ${canaries.question}` })
  feishu.fault('reply', { code: 230002, msg: quoting }, { times: 2 })
  await ask()
  await feishu.press(feishu.sent.at(-1)?.messageId ?? '', 'Regenerate')
  await station.settled()

  const [gateway] = station.of('gateway-telegram')
  const stranger = async (headers: Record<string, string>, body: string) => {
    const answer = await fetch(`${gateway?.origin}/webhooks/telegram`, { method: 'POST', headers, body })
    shown.push(await answer.text(), JSON.stringify([...answer.headers]))
  }
  const right = { 'x-telegram-bot-api-secret-token': canaries.webhookSecret }
  const update = telegramUpdate({ text: canaries.question, chat: chat.id, messageId: 500 })
  const [feishuGateway] = station.of('gateway-feishu')
  const feishuStranger = async ({ headers, body }: { headers?: Record<string, string>; body: string | Buffer }) => {
    const asked = { method: 'POST', ...(headers ? { headers } : {}), body: String(body) }
    const answer = await fetch(`${feishuGateway?.origin}/webhooks/feishu?token=${verificationToken}`, asked)
    shown.push(await answer.text(), JSON.stringify([...answer.headers]))
  }
  const { app } = feishu
  const event = JSON.stringify(feishuEvent(app, { text: canaries.question, chat: feishuChat.id }))
  await feishuStranger({ body: event })
  await feishuStranger(seal(event, { ...app, encryptKey: `${encryptKey}x` }))
  await feishuStranger(seal(event.replaceAll(verificationToken, canaries.question), app))
  await feishuStranger(seal(`${canaries.question}{`, app))
  await feishuStranger(seal(event.replaceAll('"event"', `"${canaries.question}"`), app))
  await feishu.challenge({ token: canaries.question })
  await stranger({ 'x-telegram-bot-api-secret-token': `${canaries.webhookSecret}x` }, JSON.stringify(update))
  await stranger(right, `{"${canaries.question}`)
  await stranger(right, JSON.stringify({ ...update, message: { text: canaries.question, chat: canaries.question } }))
  await stranger(right, JSON.stringify({ update_id: 1, [canaries.question]: canaries.question }))
  await fetch(`${station.web}/api/messages`, { method: 'POST', headers: session, body: canaries.question })
  await fetch(`${station.web}/${encodeURIComponent(canaries.question)}?token=${telegram.token}`)

  await redis.kill()
  chat.say(canaries.question)
  feishuChat.say(canaries.question)
  expect((await say(session, canaries.question)).status).toBe(503)
  await look()
  await redis.restart()
  await ask()
  chat.say(canaries.question)
  feishuChat.say(canaries.question)
  await say(session, canaries.question)
  await vi.waitUntil(() => model.active() > 0, { timeout: 30_000 })
  for (const process of [...station.of('inference'), ...station.of('sender')]) {
    await process.kill()
    await station.replace(process)
  }
  await ask()
  await readUntil(session, canaries.answer)
  // Nobody asks a model that refuses the key for a while.
  model.fault({ kind: 'status', status: 401 })
  await ask()
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
  expect(everything).not.toMatch(passes)
  expect(Object.values(secrets).every(secret => secret.length > 8)).toBe(true)
})

test('nor where events come over long connections, which break, or are refused', async () => {
  await using station = await startStation({
    telegram: 'none',
    feishu: {
      mode: 'websocket',
      apps: [{ appSecret, encryptKey, verificationToken }],
      retryFactor: 0.01,
      connection: { reconnectSeconds: 1, reconnectJitterSeconds: 0 },
    },
    model: { answer: () => canaries.answer },
    env: { LOG_LEVEL: 'trace' },
  })
  const { feishu } = station
  const chat = feishu.p2p({ name: canaries.name })
  const ask = async () => {
    chat.say(canaries.question)
    await station.settled()
  }
  await ask()
  feishu.fault('wsEndpoint', { body: `<html>${canaries.question}`, status: 502 })
  feishu.fault('wsEndpoint', { code: 514, status: 200, msg: `${canaries.question} ${canaries.appSecret}` })
  feishu.cutConnections()
  await vi.waitUntil(() => feishu.connections() === 1, { timeout: 30_000 })
  await ask()
  feishu.push({ type: 'im.message.receive_v1', event: { [canaries.question]: canaries.question } })
  feishu.push({ type: canaries.question, event: {} })
  await station.settled()
  for (const process of station.of('all')) await process.kill('SIGTERM')
  expect(feishu.texts(chat)).toEqual([canaries.answer, canaries.answer])
  const found = Object.entries(canaries).filter(([, secret]) => station.output.includes(secret))
  expect(found.map(([name]) => name)).toEqual([])
  expect(station.output).not.toMatch(passes)
})
