import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { close, connect, type Purpose, startTestRedis } from './index.ts'

type Line = { event: string; errorCode?: string }

function captureLog() {
  const lines: Line[] = []
  // What `connect` writes are lines of this shape.
  const write = (line: unknown) => void lines.push(line as Line)
  return { lines, events: () => lines.map(line => line.event), log: { info: write, warn: write } }
}

async function connected(url: string, purpose: Purpose, log = captureLog().log) {
  const redis = await connect(url, purpose, log)
  onTestFinished(() => close(redis))
  return redis
}

test('while Redis is away a command rejects instead of waiting, and works again once Redis is back', async () => {
  await using server = await startTestRedis()
  const redis = await connected(server.url, 'commands')
  await server.kill()
  await expect(redis.set('a', 1)).rejects.toThrow()
  await expect(redis.set('a', 2)).rejects.toThrow()
  await server.restart()
  await vi.waitFor(() => redis.set('a', 3))
  expect(await redis.get('a')).toBe('3')
})

test('a command that a stuck Redis does not answer rejects', async () => {
  await using server = await startTestRedis()
  const redis = await connected(server.url, 'commands')
  const [, pid] = /process_id:(\d+)/.exec(await redis.info('server')) ?? []
  process.kill(Number(pid), 'SIGSTOP')
  await expect(redis.get('a')).rejects.toThrow('timed out')
  process.kill(Number(pid), 'SIGCONT')
  await vi.waitFor(() => redis.get('a'))
})

test('a worker’s command waits until Redis is back', async () => {
  await using server = await startTestRedis()
  const redis = await connected(server.url, 'worker')
  await server.kill()
  const written = redis.set('a', 1)
  await server.restart()
  expect(await written).toBe('OK')
})

test('a subscriber hears again after an outage', async () => {
  await using server = await startTestRedis()
  const subscriber = await connected(server.url, 'subscriber')
  const publisher = await connected(server.url, 'worker')
  const heard: string[] = []
  subscriber.on('message', (_channel, message) => heard.push(message))
  await subscriber.subscribe('news')
  await server.kill()
  await server.restart()
  await vi.waitFor(async () => {
    await publisher.publish('news', 'again')
    expect(heard).toContain('again')
  })
})

test('each outage is one line in the log, and one when it is over', async () => {
  await using server = await startTestRedis()
  const { events, lines, log } = captureLog()
  const redis = await connected(server.url, 'commands', log)
  for (const outage of [1, 2]) {
    await server.kill()
    const reconnecting = vi.fn()
    redis.on('reconnecting', reconnecting)
    await vi.waitFor(() => expect(reconnecting.mock.calls.length).toBeGreaterThan(3), { timeout: 20_000 })
    await server.restart()
    await vi.waitFor(() => expect(events()).toHaveLength(2 * outage))
  }
  expect(events()).toEqual(['redis.unreachable', 'redis.reachable', 'redis.unreachable', 'redis.reachable'])
  expect(JSON.stringify(lines)).not.toContain(new URL(server.url).password)
})

test('a process that starts while Redis is away says so and waits', async () => {
  await using server = await startTestRedis()
  await server.kill()
  const { events, lines, log } = captureLog()
  const connecting = connected(server.url, 'commands', log)
  await vi.waitFor(() => expect(events()).toEqual(['redis.unreachable']))
  expect(lines[0]?.errorCode).toBe('ECONNREFUSED')
  await server.restart()
  expect(await (await connecting).ping()).toBe('PONG')
})

test('a wrong password is an error at once, which does not quote it', async () => {
  await using server = await startTestRedis()
  const url = new URL(server.url)
  url.password = 'wrong-secret'
  const { lines, log } = captureLog()
  const error = await connect(url.href, 'worker', log).catch(error => error)
  expect(error).toMatchObject({ message: `Redis at ${url.host} refuses the login (WRONGPASS)` })
  expect(JSON.stringify([lines, error, error.stack, error.cause])).not.toContain('wrong-secret')
})

test('a database that there is not is an error at once', async () => {
  await using server = await startTestRedis()
  const error = await connect(`${server.url}/99`, 'worker').catch(error => error)
  expect(error.message).toBe(`Redis at ${new URL(server.url).host} has fewer databases than the number in REDIS_URL`)
  const redis = await connected(`${server.url}/1`, 'commands')
  expect(await redis.call('CLIENT', 'INFO')).toContain(' db=1 ')
})

test('a password that stands apart is used', async () => {
  await using server = await startTestRedis()
  const url = new URL(server.url)
  const REDIS_PASSWORD = url.password
  url.password = ''
  const redis = await connect({ REDIS_URL: url.href, REDIS_PASSWORD }, 'commands')
  onTestFinished(() => close(redis))
  expect(await redis.ping()).toBe('PONG')
})

test.for(['commands', 'worker', 'subscriber'] as const)(
  'a login that Redis comes to refuse is told once, and again works once it is mended: %s',
  async purpose => {
    await using server = await startTestRedis()
    const admin = await connected(server.url, 'worker')
    const { lines, log } = captureLog()
    const redis = await connected(server.url, purpose, log)
    const { password } = new URL(server.url)
    await admin.call('ACL', 'SETUSER', 'default', `<${password}`, '>another-secret')
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
    const reconnecting = vi.fn()
    redis.on('reconnecting', reconnecting)
    await vi.waitFor(() => expect(reconnecting.mock.calls.length).toBeGreaterThan(3), { timeout: 20_000 })
    expect(lines).toContainEqual(expect.objectContaining({ event: 'redis.unreachable', errorCode: 'WRONGPASS' }))
    expect(lines.length).toBeLessThanOrEqual(2)
    await admin.call('ACL', 'SETUSER', 'default', `>${password}`)
    await vi.waitFor(() => expect(lines.at(-1)?.event).toBe('redis.reachable'), { timeout: 20_000 })
    expect(await redis.ping()).toBeTruthy()
    expect(JSON.stringify(lines)).not.toContain(password)
  },
)

test('connections that are closed while Redis is away keep no process alive', async () => {
  await using server = await startTestRedis()
  const code = `
    import { close, connect } from '${new URL('./index.ts', import.meta.url).href}'
    const all = ['commands', 'worker', 'subscriber'].map(purpose => connect(process.argv[1], purpose))
    for (const redis of await Promise.all(all)) redis.once('reconnecting', () => close(redis))
    console.log('connected')`
  const args = ['--input-type=module', '-e', code, server.url]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await server.kill()
  expect(await once(child, 'exit')).toEqual([0, null])
})
