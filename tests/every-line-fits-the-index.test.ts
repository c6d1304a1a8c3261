import { once } from 'node:events'
import { mkdtempDisposable } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog } from '@waystation/runtime'
import { createAlertEvents, createEvents } from '@waystation/telemetry'
import { startStation } from '@waystation/testing'
import { Registry } from 'prom-client'
import { describe, expect, test, vi } from 'vitest'
import { makeTrustedCertificate } from './compose/tls.ts'
import { everyAlertEvent, everyEvent } from './every-event.ts'
import { hasNginx, startFront, startMirror } from './front.ts'
import { misfits } from './index-template.ts'
import { openSession, say } from './web-session.ts'

type Line = Record<string, unknown>

const parse = (output: string): Line[] => output.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line)]))
/** Each misfit once, with the event of a line that has it. */
const allMisfits = (lines: Line[]) => [
  ...new Set(lines.flatMap(line => misfits(line).map(fault => `${line['event.action']}: ${fault}`))),
]
const actionsOf = (lines: Line[]) => new Set(lines.map(line => line['event.action']))

test('what a station writes on a bad day, under ECS names', { timeout: 120_000 }, async () => {
  await using station = await startStation({
    processes: { 'gateway-telegram': 1, 'gateway-feishu': 1, 'gateway-web': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
    feishu: { retryFactor: 0.001 },
    model: { answer: () => 'an answer' },
    env: { LOG_FORMAT: 'ecs', LOG_LEVEL: 'trace', WAYSTATION_VERSION: '1.2.3' },
  })
  const { telegram, feishu, model, redis } = station
  const session = await openSession(station.web)
  const [chat, feishuChat] = [telegram.privateChat(), feishu.p2p()]
  const ask = async (text: string) => {
    const update = chat.say(text)
    feishuChat.say(text)
    await say(session, text)
    await station.settled()
    return update
  }
  await telegram.deliver(await ask('hello'))
  await telegram.deliver(Buffer.from('{'))
  await say({ ...session, cookie: '' }, 'hello')
  await ask('/help')
  for (const fault of [{ kind: 'status', status: 500 }, { kind: 'cut', afterChunks: 1 }, { kind: 'html' }] as const)
    model.fault(fault)
  telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 1 } })
  telegram.fault('sendMessage', { drop: 'after' })
  feishu.fault('token', { code: 10014, msg: 'refused' })
  await ask('once more')
  model.fault({ kind: 'status', status: 400 })
  await ask('never')
  telegram.fault('sendMessage', { status: 403, description: 'Forbidden: bot was blocked by the user' })
  await ask('to nobody')
  await redis.kill()
  chat.say('while Redis is away')
  expect((await say(session, 'while Redis is away')).status).toBe(503)
  await redis.restart()
  await ask('and back')
  for (const process of station.processes) await process.kill('SIGTERM')

  const lines = parse(station.output)
  expect(allMisfits(lines)).toEqual([])
  const actions = ['message.received', 'message.duplicated', 'message.rejected', 'model.failed', 'turn.put_off']
  actions.push('turn.died', 'reply.put_off', 'reply.died', 'turn.committed', 'reply.delivered', 'redis.unreachable')
  expect(actionsOf(lines)).toEqual(expect.toSatisfy(seen => actions.every(action => seen.has(action))))
  expect(lines.find(line => line['event.action'] === 'turn.committed' && 'gen_ai.request.model' in line)).toMatchObject(
    {
      'log.level': 'info',
      'ecs.version': expect.any(String),
      'service.name': 'inference',
      'service.version': '1.2.3',
      'trace.id': expect.any(String),
      'event.duration': expect.any(Number),
      'waystation.tier': 'local',
      'gen_ai.usage.input_tokens': expect.any(Number),
    },
  )
})

test('what a bot writes that fetches its messages', async () => {
  await using station = await startStation({
    telegram: { mode: 'polling' },
    feishu: { mode: 'websocket', connection: { reconnectSeconds: 1, reconnectJitterSeconds: 0 } },
    env: { LOG_FORMAT: 'ecs', LOG_LEVEL: 'trace' },
  })
  station.feishu.cutConnections()
  await vi.waitUntil(() => station.output.includes('"reconnecting"'), { timeout: 30_000 })
  for (const process of station.processes) await process.kill('SIGTERM')
  // What `npm start` writes for a person stands between.
  const lines = parse(station.output.replaceAll(/^[^{].*$/gm, ''))
  expect(allMisfits(lines)).toEqual([])
  expect([...actionsOf(lines)]).toEqual(expect.arrayContaining(['telegram.polling', 'feishu.connection']))
})

test('each event there is, also those that few days bring', () => {
  const lines: Line[] = []
  const config = { LOG_LEVEL: 'trace', LOG_FORMAT: 'ecs', WAYSTATION_VERSION: '1' } as const
  const log = createLog('all', config, { write: line => void lines.push(...parse(line)) })
  const [events, alertEvents] = [createEvents(new Registry(), log), createAlertEvents(new Registry(), log)]
  for (const tell of Object.values(everyEvent)) tell(events)
  for (const tell of Object.values(everyAlertEvent)) tell(alertEvents)
  log.error({ event: 'http.failed', error: Object.assign(new Error('canary'), { code: 'EPIPE' }) })
  log.error({ event: 'unexpected', where: 'here', error: 'no error at all' })
  log.warn({ event: 'redis.unsafe', setting: 'appendonly', is: 'no', cure: 'set it' })

  expect(allMisfits(lines)).toEqual([])
  const [failed] = lines.filter(line => line['event.action'] === 'model.failed')
  expect(failed).toMatchObject({ 'error.code': 'Unavailable', 'error.type': 'Unavailable' })
  expect(failed?.['error.stack_trace']).toMatch(/^Unavailable\n +at .*\ncaused by TypeError\n +at /s)
  expect(lines.find(line => line['event.action'] === 'http.failed')).toMatchObject({ 'error.code': 'EPIPE' })
  expect(JSON.stringify(lines)).not.toContain('canary')
})

describe.runIf(hasNginx)('what nginx writes', () => {
  test('of requests that are answered, passed on, refused, and cannot be read', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'certificate-'))
    await using mirror = await startMirror()
    const servers = { GATEWAY_WEB_SERVERS: mirror.address, GATEWAY_TELEGRAM_SERVERS: '127.0.0.1:9 127.0.0.1:10' }
    const certificate = await makeTrustedCertificate(folder.path, ['127.0.0.1'])
    await using front = await startFront({ LOG_FORMAT: 'ecs', ...servers }, certificate)
    await fetch(`${front.plain}/plain?token=secret`, { redirect: 'manual' })
    const post = (path: string, body: string) => fetch(`${front.origin}${path}`, { method: 'POST', body })
    await post('/api/messages?token=secret', '{}')
    await post('/webhooks/telegram', '{}')
    await post('/api/messages', 'x'.repeat(2_000_000))
    const socket = connect(Number(new URL(front.plain).port), '127.0.0.1')
    await once(socket.end('nonsense\r\n\r\n').resume(), 'close')
    const statuses = [308, 200, 502, 413, 400]
    const lines = await vi.waitFor(
      () => {
        const read = parse(front.lines().join('\n'))
        expect(read.map(line => line['http.response.status_code'])).toEqual(expect.arrayContaining(statuses))
        return read
      },
      { timeout: 30_000 },
    )
    expect(allMisfits(lines)).toEqual([])
    expect(lines.find(line => line['http.response.status_code'] === 200)).toMatchObject({
      'event.action': 'http.request',
      'trace.id': expect.stringMatching(/^[\da-f]{32}$/),
      'source.ip': '127.0.0.1',
      'http.request.method': 'POST',
      'http.version': '1.1',
      'url.path': '/api/messages',
      'waystation.upstream': mirror.address,
    })
    expect(front.lines().join()).not.toContain('secret')
  })
})
