import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { addressOf, isFree } from './address.ts'
import { close, connect, provideRedis, startTestRedis } from './index.ts'

const say = () => {}

async function dataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-data-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function withRedis<T>(
  url: string,
  errand: (redis: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const redis = await connect(url, 'worker')
  return await errand(redis).finally(() => close(redis))
}

const pidOf = (url: string): Promise<number> =>
  withRedis(url, async redis => Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]))

/** Another process that starts a Redis, tells its address, and is killed. Its temporary files go to `folder`. */
async function startAndDie(start: string, folder: string): Promise<string> {
  const index = new URL('./index.ts', import.meta.url).href
  const code = `import * as redis from '${index}'; console.log((await ${start}).url); setInterval(() => {}, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url] = await once(child.stdout.setEncoding('utf8'), 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  return url.trim()
}

test('what was acknowledged before a kill -9 of the server is there after its restart', async () => {
  await using server = await startTestRedis()
  await withRedis(server.url, redis => redis.set('kept', 'yes'))
  await server.kill()
  await server.restart()
  expect(await withRedis(server.url, redis => redis.get('kept'))).toBe('yes')
})

test('a private server stops with its data safe, and a second start carries on', async () => {
  const dataDir = await dataFolder()
  const first = await provideRedis({ dataDir, say })
  await withRedis(first.url, redis => redis.set('kept', 'yes'))
  await first.stop()
  const { port } = await addressOf(dataDir)
  expect(await isFree(port)).toBe(true)
  const second = await provideRedis({ dataDir, say })
  onTestFinished(() => second.stop())
  expect(await withRedis(second.url, redis => redis.get('kept'))).toBe('yes')
})

test('a server left behind by a killed process is found again and stopped in the end', async () => {
  const dataDir = await dataFolder()
  const url = await startAndDie(
    `redis.provideRedis({ dataDir: ${JSON.stringify(dataDir)}, say: console.error })`,
    dataDir,
  )
  const pid = await pidOf(url)
  const found = await provideRedis({ dataDir, say })
  expect(found.url).toBe(url)
  expect(await pidOf(found.url)).toBe(pid)
  await found.stop()
  expect(await isFree(Number(new URL(url).port))).toBe(true)
})

test('a test’s server does not outlive a process that is killed', async () => {
  const url = await startAndDie('redis.startTestRedis()', await dataFolder())
  await vi.waitFor(async () => expect(await isFree(Number(new URL(url).port))).toBe(true), { timeout: 20_000 })
})

test('of many that start at once over the same data, all get one server', async () => {
  const dataDir = await dataFolder()
  const provided = await Promise.all(Array.from({ length: 5 }, () => provideRedis({ dataDir, say })))
  const pids = await Promise.all(provided.map(({ url }) => pidOf(url)))
  expect(new Set(pids).size).toBe(1)
  for (const { stop } of provided) await stop()
  expect(await isFree((await addressOf(dataDir)).port)).toBe(true)
})

test('who found a server running leaves it to those who use it', async () => {
  const dataDir = await dataFolder()
  const first = await provideRedis({ dataDir, say })
  onTestFinished(() => first.stop())
  const second = await provideRedis({ dataDir, say })
  await withRedis(first.url, async redis => {
    await second.stop()
    expect(await redis.ping()).toBe('PONG')
  })
})

test('where a stranger has taken the port, the server moves to another', async () => {
  const dataDir = await dataFolder()
  const { port } = await addressOf(dataDir)
  const stranger = createServer(socket => socket.end('220 welcome\r\n')).listen(port, '127.0.0.1')
  onTestFinished(() => void stranger.close())
  await once(stranger, 'listening')
  const { url, stop } = await provideRedis({ dataDir, say })
  onTestFinished(stop)
  expect(new URL(url).port).not.toBe(String(port))
})

test('a stranger’s Redis that lets everybody in is not taken for ours', async () => {
  const dataDir = await dataFolder()
  await using stranger = await startTestRedis()
  await withRedis(stranger.url, redis => redis.config('SET', 'requirepass', ''))
  const port = Number(new URL(stranger.url).port)
  await writeFile(join(dataDir, 'address.json'), JSON.stringify({ port, password: 'ours' }))
  const { url, stop } = await provideRedis({ dataDir, say })
  onTestFinished(stop)
  expect(new URL(url).port).not.toBe(String(port))
})

test('the password is in no process’s arguments or environment, and in a file for its owner alone', async () => {
  const dataDir = await dataFolder()
  const { url, stop } = await provideRedis({ dataDir, say })
  onTestFinished(stop)
  const pid = await pidOf(url)
  for (const file of ['cmdline', 'environ']) {
    expect(await readFile(`/proc/${pid}/${file}`, 'utf8')).not.toContain(new URL(url).password)
  }
  expect((await stat(join(dataDir, 'address.json'))).mode & 0o777).toBe(0o600)
})

test('a server keeps everything it is given: AOF, no eviction', async () => {
  await using server = await startTestRedis()
  const settings = await withRedis(server.url, redis =>
    redis.config('GET', 'appendonly', 'appendfsync', 'maxmemory-policy', 'protected-mode', 'bind'),
  )
  expect(settings).toEqual(expect.arrayContaining(['yes', 'everysec', 'noeviction', '127.0.0.1']))
})

test('a damaged address file is named in the error', async () => {
  const dataDir = await dataFolder()
  await writeFile(join(dataDir, 'address.json'), '{')
  await expect(provideRedis({ dataDir, say })).rejects.toThrow('address.json is damaged')
})
