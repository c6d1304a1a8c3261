import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type FeishuSimulator,
  startFeishu,
  startModel,
  startTelegram,
  type TelegramSimulator,
} from '@waystation/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatherPeople } from './people.ts'
import { hostAddress, type Server, startServer, whyNoServer } from './server.ts'
import { coverWithTls, makeTrustedCertificate } from './tls.ts'

const RECEIVED = 'waystation_messages_received_total'
/** How many there are under load, and what shows that one works. */
const TIERS = {
  'gateway-web': { replicas: 2, counter: RECEIVED },
  'gateway-telegram': { replicas: 2, counter: RECEIVED },
  'gateway-feishu': { replicas: 2, counter: RECEIVED },
  inference: { replicas: 4, counter: 'waystation_turns_total' },
  sender: { replicas: 2, counter: 'waystation_parts_total' },
}
const SERVICES = Object.keys(TIERS)

const why = await whyNoServer()
if (why) console.warn(`SKIPPED: the server that docs/install.md makes is not tested, for ${why}.`)

describe.skipIf(why)('a server by Compose', () => {
  let server: Server
  let telegram: TelegramSimulator
  let feishu: FeishuSimulator
  const started = new AsyncDisposableStack()

  beforeAll(async () => {
    telegram = started.use(await startTelegram({ retryFactor: 0.2 }))
    feishu = started.use(await startFeishu({ retryFactor: 0.02 }))
    const model = started.use(await startModel({ durationMs: 300 }))
    const host = await hostAddress()
    const { path: folder } = started.use(await mkdtempDisposable(join(tmpdir(), 'waystation-tls-')))
    const certificate = await makeTrustedCertificate(folder, ['127.0.0.1', host])
    const outside = async (origin: string) => started.use(await coverWithTls(origin, host, certificate)).origin
    server = started.use(
      await startServer(
        {
          PUBLIC_URL: 'https://bot.example.test',
          TELEGRAM_BOT_TOKEN: telegram.token,
          TELEGRAM_API_ROOT: await outside(telegram.apiRoot),
          FEISHU_APP_ID: feishu.app.appId,
          FEISHU_APP_SECRET: feishu.app.appSecret,
          FEISHU_ENCRYPT_KEY: feishu.app.encryptKey ?? '',
          FEISHU_VERIFICATION_TOKEN: feishu.app.verificationToken,
          FEISHU_BASE_URL: await outside(feishu.baseUrl),
          LOCAL_MODEL_BASE_URL: `${await outside(new URL(model.baseUrl).origin)}/v1`,
          LOCAL_MODEL: model.model,
        },
        certificate,
      ),
    )
    telegram.setFront([server.origin])
    feishu.setFront([server.origin])
  })

  afterAll(() => started.disposeAsync())

  const containers = async () => (await Promise.all(SERVICES.map(server.containers))).flat()
  const ids = async () => (await containers()).map(({ id }) => id)
  /** Which image each container runs. */
  const images = async () => (await containers()).map(({ image }) => image)

  test('answers on all channels through nginx, over TLS', async () => {
    const people = await gatherPeople({ server, telegram, feishu })
    await sleep(5_000)
    expect(await people.fallSilent()).toEqual({ wrong: [], doubled: 0, doubtful: 0, refused: [] })
    expect((await fetch(`${server.origin}/metrics`)).status).toBe(404)
    const plain = await fetch(`${server.plainOrigin}/`, { redirect: 'manual' })
    expect(plain.status).toBe(308)
  })

  test('is scaled up and down while people write', async () => {
    const people = await gatherPeople({ server, telegram, feishu })
    await server.scale(Object.fromEntries(Object.entries(TIERS).map(([service, { replicas }]) => [service, replicas])))
    for (const [service, { replicas, counter }] of Object.entries(TIERS))
      await expect
        .poll(async () => (await server.metrics(service)).filter(metrics => metrics.sum(counter) > 0).length, {
          timeout: 30_000,
          message: `how many of ${service} work`,
        })
        .toBe(replicas)
    await server.scale({ inference: 2 })
    await sleep(3_000)
    expect(await people.fallSilent()).toMatchObject({ wrong: [], doubled: 0 })
  })

  test.each([...SERVICES, 'nginx'])('%s may die', async service => {
    const people = await gatherPeople({ server, telegram, feishu })
    await sleep(2_000)
    await server.kill(service)
    await sleep(2_000)
    const { wrong, doubled, doubtful } = await people.fallSilent()
    expect(wrong).toEqual([])
    expect(doubled).toBeLessThanOrEqual(doubtful)
  })

  test('Redis may be restarted', async () => {
    const people = await gatherPeople({ server, telegram, feishu })
    await sleep(2_000)
    await server.compose('restart', 'redis')
    await sleep(2_000)
    const { wrong, doubled, doubtful } = await people.fallSilent()
    expect(wrong).toEqual([])
    expect(doubled).toBeLessThanOrEqual(doubtful)
  })

  test('goes on with what it has when an upgrade does not start', async () => {
    const before = await images()
    const source = join(server.folder, 'services/sender/src/main.ts')
    const text = await readFile(source, 'utf8')
    await writeFile(source, `throw new Error('broken')\n${text}`)
    await server.compose('build')
    const people = await gatherPeople({ server, telegram, feishu })
    await expect(server.run('deploy/upgrade.sh')).rejects.toThrow(/broken[\s\S]*the old ones go on/)
    expect(await people.fallSilent()).toMatchObject({ wrong: [], doubled: 0, refused: [] })
    expect(await images()).toEqual(before)
    await writeFile(source, text)
    await server.compose('build')
  })

  test('keeps its containers in an upgrade without a change, and their number in one that is broken off', async () => {
    const before = await ids()
    await server.run('deploy/upgrade.sh')
    expect(await ids()).toEqual(before)
    await appendFile(join(server.folder, '.env'), '\nLOG_LEVEL=debug\n')
    const upgrade = spawn('sh', ['deploy/upgrade.sh'], { cwd: server.folder, stdio: 'ignore' })
    await expect.poll(() => server.containers('sender'), { timeout: 60_000 }).toHaveLength(2)
    upgrade.kill('SIGINT')
    expect(await once(upgrade, 'exit')).toEqual([1, null])
    expect(await ids()).toHaveLength(before.length)
  })

  test('is upgraded without a moment in which nobody answers', async () => {
    await server.scale({ 'gateway-web': 2, sender: 2 })
    const before = await images()
    await appendFile(join(server.folder, 'packages/runtime/src/index.ts'), '// A new version.\n')
    await server.compose('build')
    const people = await gatherPeople({ server, telegram, feishu })
    await server.run('deploy/upgrade.sh')
    const after = await images()
    expect(after).toHaveLength(before.length)
    expect(new Set(after).size).toBe(1)
    expect(before).not.toContain(after[0])
    expect(await people.fallSilent()).toMatchObject({ wrong: [], doubled: 0, refused: [] })
  })

  test('takes a channel away that .env does not choose any more', async () => {
    await appendFile(join(server.folder, '.env'), '\nTELEGRAM_BOT_TOKEN=\nCOMPOSE_PROFILES=feishu\n')
    await server.run('deploy/upgrade.sh')
    expect(await server.containers('gateway-telegram')).toEqual([])
    expect(await server.containers('gateway-feishu')).toHaveLength(1)
    expect((await fetch(`${server.origin}/webhooks/telegram`, { method: 'POST' })).status).toBe(404)
  })
})
