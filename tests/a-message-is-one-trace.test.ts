import { type CollectedSpan, type Collector, type Station, startCollector, startStation } from '@waystation/testing'
import { expect, test, vi } from 'vitest'

const processes = { 'gateway-telegram': 1, inference: 1, sender: 1 }

/** A token that only the collector may see, as a header has it. */
const TOKEN = 'canary token'
const environment = ({ endpoint }: Pick<Collector, 'endpoint'>) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${encodeURIComponent(TOKEN)},x-tenant=a`,
  WAYSTATION_VERSION: '1.2.3',
})

/** Each process sends what it has before it ends. */
async function stopAll(station: Station): Promise<void> {
  const running = station.processes.filter(process => process.isRunning())
  for (const process of running) expect(await process.kill('SIGTERM')).toEqual({ code: 0, signal: null })
}

/** `<service> <name> of <parent>`, trace by trace in the order in which they began. */
function told({ spans }: Collector): string[][] {
  const nameOf = (id: string) => (id === '' ? 'nobody' : (spans.find(span => span.id === id)?.name ?? id))
  return tracesOf(spans).map(trace => trace.map(span => `${span.service} ${span.name} of ${nameOf(span.parentId)}`))
}

function tracesOf(spans: readonly CollectedSpan[]): CollectedSpan[][] {
  const inOrder = spans.toSorted((one, other) => one.startedAt - other.startedAt || (one.name < other.name ? -1 : 1))
  return [...Map.groupBy(inOrder, ({ traceId }) => traceId).values()]
}

const one = (spans: readonly CollectedSpan[], name: string): CollectedSpan => {
  const [span, ...more] = spans.filter(span => span.name === name)
  if (!span || more.length > 0) throw new Error(`${more.length + 1} spans ${name} among ${JSON.stringify(spans)}`)
  return span
}

test('a message is one trace, from the webhook through both mailboxes to its receipt', async () => {
  await using collector = await startCollector()
  await using station = await startStation({ processes, env: environment(collector) })
  const chat = station.telegram.privateChat({ name: 'Canary-Name' })
  const { message } = chat.say('canary question')
  await station.settled()
  await stopAll(station)

  expect(told(collector).map(trace => trace.toSorted())).toEqual([
    [
      'gateway-telegram post of nobody',
      'inference first_token of turn',
      'inference model of turn',
      'inference turn of post',
      'inference wait of post',
      'sender deliver of post',
    ],
  ])
  const { spans } = collector
  const conversation = { 'messaging.message.conversation_id': `telegram.${station.telegram.bot.id}.${chat.id}` }
  expect(one(spans, 'post')).toMatchObject({
    kind: 'producer',
    attributes: {
      ...conversation,
      'messaging.message.id': String(message?.message_id),
      'waystation.channel': 'telegram',
    },
  })
  expect(one(spans, 'turn').attributes).toMatchObject({ 'waystation.outcome': 'answered', 'waystation.attempt': 1 })
  expect(one(spans, 'model').attributes).toMatchObject({
    'gen_ai.request.model': station.model.model,
    'gen_ai.usage.output_tokens': expect.any(Number),
    'waystation.tier': 'local',
  })
  expect(one(spans, 'deliver').attributes).toMatchObject({ 'waystation.parts': 1, 'waystation.reply.state': 'final' })
  expect(one(spans, 'post').endedAt).toBeLessThanOrEqual(one(spans, 'turn').endedAt)
  expect(one(spans, 'turn').endedAt).toBeLessThanOrEqual(one(spans, 'deliver').endedAt)
  expect(spans.filter(({ isError, version }) => isError || version !== '1.2.3')).toEqual([])

  // The logs know it by the same id, and nobody learns what was said, or the collector's token.
  expect(station.output).toContain(`"event":"reply.delivered","conversation":`)
  for (const line of station.output.matchAll(/"traceId":"(\w+)"/g)) expect(line[1]).toBe(spans[0]?.traceId)
  expect(collector.requests.map(({ headers }) => headers.authorization)).toContain(`Bearer ${TOKEN}`)
  for (const { headers } of collector.requests) expect(headers['x-tenant']).toBe('a')
  expect(Buffer.concat(collector.requests.map(({ body }) => body)).toString('latin1')).not.toMatch(/canary/i)
  expect(station.output).not.toContain(TOKEN)
})

test('it stays one when its worker is killed, and tells of the attempt that answered', async () => {
  await using collector = await startCollector()
  await using station = await startStation({ processes, env: environment(collector) })
  const chat = station.telegram.privateChat()
  station.model.fault({ kind: 'hold' })
  chat.say('hi')
  await vi.waitUntil(() => station.model.active() === 1, { timeout: 30_000 })
  for (const worker of station.of('inference')) {
    await worker.kill()
    await station.replace(worker)
  }
  await station.settled()
  await stopAll(station)
  expect(told(collector).map(trace => trace.toSorted())).toEqual([
    [
      'gateway-telegram post of nobody',
      'inference first_token of turn',
      'inference model of turn',
      'inference turn of post',
      'inference wait of post',
      'sender deliver of post',
    ],
  ])
  expect(one(collector.spans, 'turn').attributes).toMatchObject({ 'waystation.attempt': 2 })
  expect(one(collector.spans, 'wait').endedAt).toBeLessThanOrEqual(one(collector.spans, 'turn').startedAt)
})

test('each attempt is a span that says why it failed', async () => {
  await using collector = await startCollector()
  await using station = await startStation({ env: environment(collector) })
  const { telegram, model } = station
  const chat = telegram.privateChat()
  model.fault({ kind: 'status', status: 500 })
  telegram.fault('sendMessage', { status: 429, parameters: { retry_after: 1 } })
  chat.say('hi')
  await station.settled()
  model.fault({ kind: 'status', status: 400 })
  telegram.fault('sendMessage', { status: 403, description: 'Forbidden: bot was blocked by the user' })
  chat.say('never')
  await station.settled()
  await stopAll(station)

  const outcomes = tracesOf(collector.spans).map(trace =>
    trace
      .filter(({ name }) => name === 'turn' || name === 'model' || name === 'deliver')
      .toSorted((one, other) => one.endedAt - other.endedAt || (one.name === 'model' ? -1 : 1))
      .map(({ name, isError, attributes }) => {
        const { 'error.type': error, 'waystation.outcome': outcome = '' } = attributes
        return `${name} ${outcome} ${isError ? error : 'well'}`
      }),
  )
  expect(outcomes).toEqual([
    [
      'model  Unavailable',
      'turn put_off Unavailable',
      'model  well',
      'turn answered well',
      'deliver  Unavailable',
      'deliver  well',
    ],
    ['model  model_refuses_request', 'turn failed model_refuses_request', 'deliver  blocked_by_user'],
  ])
})

test('messages that one reply answers lead to its turn, and one that comes again adds nothing', async () => {
  await using collector = await startCollector()
  const { inference, ...others } = processes
  await using station = await startStation({ processes: others, env: environment(collector) })
  const chat = station.telegram.privateChat()
  const update = chat.say('one')
  chat.say('two')
  await vi.waitUntil(() => station.output.split('"message.received"').length === 3, { timeout: 30_000 })
  await station.telegram.deliver(update)
  await station.start('inference')
  await station.settled()
  await stopAll(station)

  expect(told(collector).map(trace => trace.toSorted())).toEqual([
    [
      'gateway-telegram post of nobody',
      'inference first_token of turn',
      'inference model of turn',
      'inference turn of post',
      'inference wait of post',
      'sender deliver of post',
    ],
    ['gateway-telegram post of nobody', 'inference wait of post'],
  ])
  const [first = [], second = []] = tracesOf(collector.spans)
  const idOf = ({ traceId, id }: CollectedSpan) => ({ traceId, id })
  expect(one(first, 'turn').attributes['messaging.batch.message_count']).toBe(2)
  expect(one(first, 'turn').links).toEqual([idOf(one(second, 'post'))])
  expect(one(second, 'wait').links).toEqual([idOf(one(first, 'turn'))])
})

test('what is stopped, or taken back, has a first span as well', async () => {
  await using collector = await startCollector()
  await using station = await startStation({ feishu: {}, env: environment(collector) })
  const { telegram, feishu, model } = station
  const isAsked = () => vi.waitUntil(() => model.active() === 1, { timeout: 30_000 })
  const [chat, p2p] = [telegram.privateChat(), feishu.p2p()]
  model.fault({ kind: 'hold' })
  chat.say('stop this')
  await isAsked()
  chat.say('/stop')
  await station.settled()
  model.fault({ kind: 'hold' })
  const question = p2p.say('taken back')
  await isAsked()
  p2p.recall(question.event.message.message_id)
  await station.settled()
  await stopAll(station)

  const outcomes = collector.spans.flatMap(({ name, attributes }) =>
    name === 'turn' ? [attributes['waystation.outcome']] : [],
  )
  expect(outcomes).toEqual(['stopped', 'command', 'superseded'])
  for (const trace of tracesOf(collector.spans)) expect(one(trace, 'post').parentId).toBe('')
})

test('a collector that refuses for a while gets all the same, and an outage is told once', async () => {
  await using collector = await startCollector()
  await using station = await startStation({ env: environment(collector) })
  const chat = station.telegram.privateChat()
  collector.fault({ kind: 'status', status: 503, retryAfterSeconds: 1 })
  chat.say('one')
  await station.settled()
  await vi.waitUntil(() => collector.spans.length === 6, { timeout: 30_000 })
  expect(collector.requests[0]?.status).toBe(503)
  expect(station.output).not.toContain('collector.')

  const end = collector.fault({ kind: 'status', status: 500 }, { times: Infinity })
  for (const text of ['two', 'three']) {
    const before = collector.requests.length
    chat.say(text)
    await vi.waitUntil(() => collector.requests.length > before, { timeout: 30_000 })
  }
  end()
  chat.say('four')
  await vi.waitUntil(() => station.output.includes('"collector.reachable"'), { timeout: 30_000 })
  const lines = station.output.split('\n').flatMap(line => /"event":"collector.*/.exec(line) ?? [])
  expect(lines).toEqual(['"event":"collector.unreachable","errorCode":"500"}', '"event":"collector.reachable"}'])
})

test('a collector that is away or silent holds up neither answers nor the end', async () => {
  const gone = await startCollector()
  await gone[Symbol.asyncDispose]()
  await using silent = await startCollector()
  silent.fault({ kind: 'silent' }, { times: Infinity })
  for (const collector of [gone, silent]) {
    await using station = await startStation({ env: environment(collector) })
    const chat = station.telegram.privateChat()
    chat.say('hi')
    await station.settled()
    if (collector === silent) await vi.waitUntil(() => silent.requests.length > 0, { timeout: 30_000 })
    await stopAll(station)
    expect(station.telegram.texts(chat)).toEqual(['re: hi'])
  }
})

test('off, the SDK is not loaded, and nothing is sent', async () => {
  await using collector = await startCollector()
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) => {
      if (name === '@opentelemetry/sdk-trace') console.log('The SDK is loaded')
      return next(name, context)
    } })`
  const loaded: boolean[] = []
  for (const traces of [{}, environment(collector)]) {
    const env = { ...traces, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` }
    await using station = await startStation({ env })
    const chat = station.telegram.privateChat()
    chat.say('hi')
    await station.settled()
    await stopAll(station)
    loaded.push(station.output.includes('The SDK is loaded'))
  }
  expect(loaded).toEqual([false, true])
  expect(tracesOf(collector.spans)).toHaveLength(1)
})
