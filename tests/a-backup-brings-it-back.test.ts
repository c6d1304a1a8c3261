import { execFile } from 'node:child_process'
import {
  chmod,
  cp,
  mkdir,
  mkdtempDisposable,
  readdir,
  readFile,
  readlink,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { close, connect, startTestRedis } from '@waystation/redis'
import { startStation } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'

const exec = promisify(execFile)
const SCRIPTS = resolve(import.meta.dirname, '../deploy/backup')

/** A server as the scripts know it, whose Redis runs without Docker. */
async function startServer() {
  const redis = await startTestRedis()
  onTestFinished(redis.stop)
  const folder = await mkdtempDisposable(join(tmpdir(), 'waystation-server-'))
  onTestFinished(() => folder.remove())
  const root = folder.path
  await cp(SCRIPTS, join(root, 'deploy/backup'), { recursive: true })
  const { port, password } = new URL(redis.url)
  const admin = await connect(redis.url, 'worker')
  onTestFinished(() => close(admin))
  const [, data = ''] = (await admin.config('GET', 'dir')) as string[]
  const env = { ...process.env, REDISCLI_AUTH: password }
  const run = (name: string, args: string[], more = {}) =>
    exec(join(root, 'deploy/backup', `${name}.sh`), args, { env: { ...env, ...more } })
  return {
    root,
    redis,
    admin,
    archives: async () => (await readdir(join(root, 'kept')).catch(() => [])).sort(),
    async backup(...args: string[]): Promise<string> {
      const told = await run('backup', ['--to', join(root, 'kept'), '--redis', `127.0.0.1:${port}`, ...args])
      return told.stdout.trim()
    },
    backupWith: (password: string) =>
      run('backup', ['--to', join(root, 'kept'), '--redis', `127.0.0.1:${port}`], { REDISCLI_AUTH: password }),
    restore: async (...args: string[]) => (await run('restore', ['--data', data, ...args])).stdout,
  }
}

test('what waited is answered after a restore, what was said is known, and dead letters are there', {
  timeout: 120_000,
}, async () => {
  const server = await startServer()
  const { admin, redis } = server
  await using station = await startStation({
    redis: async () => redis,
    processes: { 'gateway-telegram': 1, inference: 1, sender: 1 },
    telegram: { retryFactor: 0.1 },
  })
  const { telegram, model } = station
  const [chat, other] = [telegram.privateChat(), telegram.privateChat()]
  chat.say('remember the milk')
  await station.settled()
  telegram.fault('sendMessage', { status: 403, description: 'Forbidden: bot was blocked by the user' })
  other.say('nobody hears the answer')
  await station.settled()
  expect((await station.metrics()).sum('waystation_dead_letters_depth')).toBe(1)
  for (const worker of station.of('inference')) await worker.kill()
  chat.say('what was that?')
  await expect.poll(() => telegram.unfinished().updates, { timeout: 30_000 }).toBe(0)

  const archive = await server.backup()
  for (const running of [...station.of('gateway-telegram'), ...station.of('sender')]) await running.kill()
  await admin.flushall()
  await redis.kill()
  await expect(server.restore(archive)).rejects.toThrow('Redis holds data already, and nothing was changed in it')
  expect(await server.restore('--replace', archive)).toMatch(
    /What was there before is in .*\/replaced-.*\n\d+ keys\. Messages that will be answered: 1; answers that will be sent: 0\./,
  )
  await redis.restart()

  for (const service of ['gateway-telegram', 'inference', 'sender']) await station.start(service)
  await station.settled()
  expect(telegram.texts(chat)).toEqual(['re: remember the milk', 're: what was that?'])
  expect(JSON.stringify(model.requests.at(-1))).toContain('remember the milk')
  expect((await station.metrics()).sum('waystation_dead_letters_depth')).toBe(1)
  // From now on it stands in the AOF.
  await redis.kill()
  await redis.restart()
  expect(await admin.keys('waystation:*:history')).toHaveLength(2)
})

test('files come back where they are missing, and no file that is there is touched', async () => {
  const server = await startServer()
  const { root } = server
  await writeFile(join(root, '.env'), 'REDIS_PASSWORD=old', { mode: 0o600 })
  await mkdir(join(root, 'site/tls'), { recursive: true })
  await writeFile(join(root, 'site/tls/privkey.pem'), 'a key', { mode: 0o440 })
  const archive = await server.backup()
  expect((await stat(archive)).mode & 0o777).toBe(0o600)
  await writeFile(join(root, '.env'), 'REDIS_PASSWORD=new')
  await exec('rm', ['-r', join(root, 'site')])
  await server.redis.kill()
  const told = await server.restore('--replace', archive)
  expect(told).toMatch(/^\.env is another one here, and stays/m)
  expect(told).toMatch(/^site\/tls\/privkey.pem is back\.$/m)
  expect(await readFile(join(root, '.env'), 'utf8')).toBe('REDIS_PASSWORD=new')
  expect(await readFile(join(root, 'site/tls/privkey.pem'), 'utf8')).toBe('a key')
  expect((await stat(join(root, 'site/tls/privkey.pem'))).mode & 0o777).toBe(0o440)
})

test('links come back as links, closed folders closed, and models are no part of a backup', async () => {
  const server = await startServer()
  const site = join(server.root, 'site')
  for (const folder of ['live', 'secrets', 'models']) await mkdir(join(site, folder), { recursive: true })
  await writeFile(join(site, 'certificate1.pem'), 'a certificate')
  await symlink('../certificate1.pem', join(site, 'live/certificate.pem'))
  await writeFile(join(site, 'secrets/telegram'), 'a token', { mode: 0o444 })
  await chmod(join(site, 'secrets'), 0o700)
  await writeFile(join(site, 'models/large.gguf'), 'a model')
  const archive = await server.backup()
  await exec('rm', ['-r', site])
  await server.redis.kill()
  await server.restore('--replace', archive)
  expect(await readlink(join(site, 'live/certificate.pem'))).toBe('../certificate1.pem')
  expect((await stat(join(site, 'secrets'))).mode & 0o777).toBe(0o700)
  expect(await readdir(site)).toEqual(['certificate1.pem', 'live', 'secrets'])
})

test('only the last are kept, one that fails leaves nothing behind, and a damaged one is refused', async () => {
  const server = await startServer()
  const { root, admin } = server
  await admin.set('waystation:a', 'b')
  await mkdir(join(root, 'kept'))
  const old = ['1', '2', '3'].map(day => `waystation-2026010${day}T000000Z.tar.gz`)
  for (const name of old) for (const end of ['', '.sha256']) await writeFile(join(root, 'kept', `${name}${end}`), '')
  await writeFile(join(root, 'kept/notes.txt'), '')
  const archive = await server.backup('--keep', '2')
  const names = [old[2], archive.split('/').at(-1)]
  const kept = ['notes.txt', ...names.flatMap(name => [name, `${name}.sha256`])]
  expect(await server.archives()).toEqual(kept)

  const refused = server.backupWith('a wrong one')
  await expect(refused).rejects.toThrow(/Redis gives no copy: .*(NOAUTH|WRONGPASS)/)
  await expect(refused).rejects.not.toThrow('a wrong one')
  expect(await server.archives()).toEqual(kept)

  await server.redis.kill()
  await expect(server.backup()).rejects.toThrow('Redis gives no copy')
  expect(await server.archives()).toEqual(kept)
  const whole = await readFile(archive)
  await writeFile(archive, whole.subarray(0, whole.length - 20))
  await expect(server.restore('--replace', archive)).rejects.toThrow('its checksum differs')
  await server.redis.restart()
  expect(await admin.get('waystation:a')).toBe('b')
})
