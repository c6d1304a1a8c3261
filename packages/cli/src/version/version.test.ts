import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { close, connect, createPresence, startTestRedis } from '@waystation/redis'
import { callWaystation } from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

const exec = promisify(execFile)
const node = process.versions.node
const REPOSITORY = new URL('../../../../', import.meta.url)
const versionOfPackage = async () => JSON.parse(await readFile(new URL('package.json', REPOSITORY), 'utf8')).version

async function askJson(env: Readonly<Record<string, string>>) {
  const { code, stdout } = await callWaystation(env, 'version', '--json')
  return { code, ...JSON.parse(stdout) }
}

/** Processes that say that they are there. */
async function atWork(url: string) {
  const redis = await connect(url, 'commands')
  onTestFinished(() => close(redis))
  return (service: string, WAYSTATION_VERSION: string, WAYSTATION_REVISION = '') => {
    const presence = createPresence(redis, service, { WAYSTATION_VERSION, WAYSTATION_REVISION })
    presence.come()
    onTestFinished(() => presence.leave())
    return presence
  }
}

test('who is at work with which version is told, and 1 while they differ', async () => {
  await using server = await startTestRedis()
  const come = await atWork(server.url)
  const env = { ...server.env, WAYSTATION_VERSION: '1.2.4', WAYSTATION_REVISION: '0123456789abcdef' }
  const mine = { version: '1.2.4', revision: '0123456789abcdef', node, redis: expect.stringMatching(/^\d+\.\d+\.\d+$/) }
  expect(await askJson(env)).toEqual({ code: 0, ...mine, atWork: [], isSame: true })
  expect((await callWaystation(env, 'version')).stdout).toMatch(/\n\nNobody is at work\.\n$/)

  const old = come('inference', '1.2.3')
  come('inference', '1.2.4', '0123456789abcdef')
  come('sender', '1.2.4', '0123456789abcdef')
  await vi.waitUntil(async () => (await askJson(env)).atWork.length === 3, { timeout: 30_000 })
  const differing = await callWaystation(env, 'version')
  expect(differing.code).toBe(1)
  expect(differing.stdout).toMatch(/^Waystation 1\.2\.4 \(0123456\)\nNode .*\nRedis \d/)
  expect(differing.stdout).toMatch(/^inference +1 +1\.2\.3$/m)
  expect(differing.stdout).toMatch(/^sender +1 +1\.2\.4 \(0123456\)$/m)
  expect(differing.stdout).toMatch(/an upgrade is under way, or was broken off\.\n$/)

  await old.leave()
  expect(await askJson(env)).toMatchObject({ code: 0, isSame: true })
  const chinese = await callWaystation({ ...env, LC_ALL: 'zh_CN.UTF-8' }, 'version')
  expect(chinese).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n\n运行中的版本一致。\n$/) })
})

test('processes of one service and version are counted', async () => {
  await using server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  onTestFinished(() => close(redis))
  const one = { service: 'sender', version: '1', revision: 'unknown', host: 'a' }
  const [{ 0: now = '' } = []] = [await redis.time()]
  for (const pid of [1, 2]) await redis.zadd('waystation:{processes}:present', now, JSON.stringify({ ...one, pid }))
  const { atWork } = await askJson(server.env)
  expect(atWork).toEqual([{ service: 'sender', processes: 2, version: '1', revision: 'unknown' }])
})

test.each([
  [{ REDIS_URL: 'redis://127.0.0.1:1' }, 'Redis does not answer within 5 s.'],
  [{ REDIS_URL: 'http://canary' }, 'Please correct in the environment: REDIS_URL: '],
  [{}, 'There is no station here: '],
])('without Redis it tells its own, and so: %j', async (where, why) => {
  const env = { ...where, WAYSTATION_VERSION: '1.2.4' }
  expect(await askJson(env)).toMatchObject({ code: 0, version: '1.2.4', node, unreached: expect.stringContaining(why) })
  const { code, stdout } = await callWaystation(env, 'version')
  expect(code).toBe(0)
  expect(stdout).toContain('\nSo it is not known who is at work.\n')
  expect(stdout).not.toContain('canary')
})

test('in a checkout it is the version of package.json and the commit, and -V agrees', async () => {
  const version = await versionOfPackage()
  // Whoever has the files without their history has no commit.
  const { stdout: commit } = await exec('git', ['rev-parse', 'HEAD'], { cwd: REPOSITORY }).catch(() => ({
    stdout: 'unknown',
  }))
  const told = await askJson({})
  expect(told.version).toBe(version)
  expect(told.revision.replace(/-dirty$/, '')).toBe(commit.trim())
  expect(await callWaystation({}, '-V')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  expect((await callWaystation({ WAYSTATION_VERSION: '1.2.4' }, '--version')).stdout).toBe('1.2.4\n')
})
