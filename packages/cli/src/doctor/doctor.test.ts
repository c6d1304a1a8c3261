import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtempDisposable, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readKnocks } from '@waystation/gateway'
import { createBells, createInbox } from '@waystation/mailbox'
import { close, connect, redisConfig, startTestRedis, whoIsThere } from '@waystation/redis'
import { readEnv } from '@waystation/runtime'
import {
  callWaystation,
  type FeishuAppOptions,
  startFeishu,
  startModel,
  startProcess,
  startStation,
} from '@waystation/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { disk } from './machine.ts'

const exec = promisify(execFile)

type Env = Readonly<Record<string, string>>
type Told = { name: string; colour: string; finding: string; cure?: string; done?: string }

async function examine(env: Env, ...words: string[]) {
  // As in a container of a server, for the words of its cures.
  const given = { WAYSTATION_REVISION: 'unknown', ...env }
  const { stdout, stderr, code } = await callWaystation(given, 'doctor', '--json', ...words)
  // BullMQ's own words about the first of the ten.
  expect(stderr.replaceAll(/^IMPORTANT! Eviction policy .*\n/gm, '')).toBe('')
  const findings: Told[] = JSON.parse(stdout)
  // Whatever is not well has a cure.
  expect(findings.filter(({ colour, cure }) => (colour === 'green') === (cure !== undefined))).toEqual([])
  return { code, stdout, findings, of: (name: string) => findings.find(one => one.name === name) }
}

async function commandsTo(env: Env) {
  const redis = await connect(readEnv(redisConfig, env), 'commands')
  onTestFinished(() => close(redis))
  return redis
}

const until = (isSo: () => boolean | Promise<boolean>) => vi.waitUntil(isSo, { timeout: 30_000 })

/** How full and how fast the machine is on which the tests run is nobody's concern. */
const isOfMachine = ({ name }: Told): boolean => name.startsWith('machine.') || name === 'redis.latency'

test('a station that is well is green, and no secret is told', async () => {
  await using station = await startStation({
    telegram: { mode: 'polling' },
    feishu: { mode: 'websocket' },
    env: { WAYSTATION_VERSION: '1.2.3' },
  })
  const redis = await commandsTo(station.redis.env)
  await until(async () => (await whoIsThere(redis)).length === 5)
  const { code, stdout, findings, of } = await examine(station.env)
  expect(findings.filter(one => one.colour !== 'green' && !isOfMachine(one))).toEqual([])
  expect(code).toBe(0)
  expect(of('workers.versions')?.finding).toBe('1.2.3')
  expect(of('telegram.bot')?.finding).toBe('@waystation_bot')
  expect(findings.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'redis.aof',
      'queues.inbox',
      'workers.sender',
      'models.local',
      'feishu.scopes',
      'machine.clock',
    ]),
  )
  const { token } = station.telegram
  const { appSecret, encryptKey } = station.feishu.app
  for (const secret of [token, token.split(':')[1], appSecret, encryptKey, new URL(station.redis.url).password])
    expect(stdout).not.toContain(secret)
  // Nothing that costs was asked.
  expect(station.model.requests).toEqual([])

  const chinese = await callWaystation({ ...station.env, LC_ALL: 'zh_CN.UTF-8' }, 'doctor')
  expect(chinese.stdout).toMatch(/^绿 {2}queues\.inbox +没有等候的$/m)
})

test('1 and 2: a Redis that forgets, and one that keeps nothing on disk; both are mended', async () => {
  await using server = await startTestRedis()
  const redis = await commandsTo(server.env)
  await redis.config('SET', 'maxmemory-policy', 'allkeys-lru')
  await redis.config('SET', 'appendonly', 'no')
  const ill = await examine(server.env)
  expect(ill.code).toBe(1)
  expect(ill.of('redis.eviction')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('allkeys-lru'),
    cure: expect.stringContaining('maxmemory-policy noeviction'),
  })
  expect(ill.of('redis.aof')).toMatchObject({ colour: 'red', cure: expect.stringContaining('appendonly yes') })

  const mended = await examine(server.env, '--fix')
  expect(mended.of('redis.eviction')).toMatchObject({ colour: 'green', done: expect.stringContaining('noeviction') })
  expect(mended.of('redis.aof')).toMatchObject({ colour: 'green', done: expect.stringContaining('appendonly yes') })
  expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction')
})

test('3: a webhook that leads elsewhere', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1 }, model: 'none' })
  expect((await examine(station.env)).of('telegram.webhook')).toMatchObject({
    colour: 'green',
    finding: 'posts to https://station.test/webhooks/telegram',
  })
  const { apiRoot, token } = station.telegram
  await fetch(`${apiRoot}/bot${token}/setWebhook?url=https://elsewhere.test/hook`)
  const { of } = await examine(station.env)
  expect(of('telegram.webhook')).toMatchObject({
    colour: 'red',
    finding: 'Telegram posts to https://elsewhere.test/hook, and should to https://station.test/webhooks/telegram',
    cure: expect.stringContaining('docker compose restart gateway-telegram'),
  })
  // A sender has the token alone.
  const { PUBLIC_URL: _, ...ofSender } = station.env
  expect((await examine(ofSender)).of('telegram.webhook')).toMatchObject({ colour: 'yellow' })
})

test('a token that Telegram refuses, and a webhook that nobody answers', async () => {
  await using station = await startStation({ processes: { 'gateway-telegram': 1 }, model: 'none' })
  await station.of('gateway-telegram')[0]?.kill()
  station.telegram.privateChat().say('hello')
  await until(() => station.telegram.webhookAttempts.length > 0)
  expect((await examine(station.env)).of('telegram.webhook')).toMatchObject({
    colour: 'red',
    finding: expect.stringMatching(/^Telegram failed \d+s ago: .*; waiting there: 1 update$/),
  })
  expect((await examine({ ...station.env, TELEGRAM_BOT_TOKEN: '1:wrong' })).of('telegram.bot')).toMatchObject({
    colour: 'red',
    cure: expect.stringContaining('@BotFather'),
  })
})

test('4: a scope that an app of Feishu’s lacks, with the page where it is added', async () => {
  const scopes = ['im:message.p2p_msg:readonly', 'im:message.group_at_msg:readonly', 'cardkit:card:write']
  await using feishu = await startFeishu({ apps: [{ scopes }] })
  const { appId, appSecret } = feishu.app
  const env = {
    FEISHU_APP_ID: appId,
    FEISHU_APP_SECRET: appSecret,
    FEISHU_BASE_URL: feishu.baseUrl,
    FEISHU_MODE: 'websocket',
  }
  const { of } = await examine(env)
  expect(of('feishu.app')).toMatchObject({ colour: 'green' })
  expect(of('feishu.scopes')).toMatchObject({
    colour: 'red',
    finding: 'missing: im:message:send_as_bot, im:message.reactions:write_only',
    cure: expect.stringContaining(`/app/${appId}/auth?q=im:message:send_as_bot,im:message.reactions:write_only`),
  })
  // It takes one to see them.
  expect(of('feishu.events')).toMatchObject({ colour: 'green', finding: expect.stringContaining('self_manage') })
  expect((await examine({ ...env, FEISHU_APP_SECRET: 'wrong' })).of('feishu.app')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('10014'),
  })
})

test('events that an app of Feishu’s is not told, and those that go elsewhere', async () => {
  const look = async (app: FeishuAppOptions, env: Env) => {
    await using feishu = await startFeishu({ apps: [app] })
    const { appId, appSecret, verificationToken } = feishu.app
    const told = { FEISHU_APP_ID: appId, FEISHU_APP_SECRET: appSecret, FEISHU_VERIFICATION_TOKEN: verificationToken }
    const { of } = await examine({ ...told, FEISHU_BASE_URL: feishu.baseUrl, ...env })
    return of('feishu.events')
  }
  const socket = { FEISHU_MODE: 'websocket' }
  expect(await look({}, socket)).toMatchObject({ colour: 'green', finding: 'all that it needs' })
  expect(await look({ events: ['im.message.recalled_v1'] }, socket)).toMatchObject({
    colour: 'red',
    finding: 'not subscribed: im.message.receive_v1',
    cure: expect.stringMatching(/\/app\/cli_\w+\/event and publish/),
  })
  expect(await look({ callbacks: [] }, socket)).toMatchObject({
    colour: 'yellow',
    finding: 'not subscribed: card.action.trigger',
  })
  const webhook = { PUBLIC_URL: 'http://127.0.0.1:1', FEISHU_MODE: 'webhook' }
  expect(await look({}, webhook)).toMatchObject({ colour: 'red', finding: expect.stringContaining('by websocket') })
  const requestUrl = 'https://elsewhere.test/webhooks/feishu'
  expect(await look({ requestUrl }, webhook)).toMatchObject({
    colour: 'red',
    finding: `Feishu posts to ${requestUrl}, and should to http://127.0.0.1:1/webhooks/feishu`,
  })
  expect(await look({ requestUrl: 'http://127.0.0.1:1/webhooks/feishu' }, webhook)).toMatchObject({ colour: 'green' })
  // Where it should, nobody said here.
  expect(await look({ requestUrl }, { FEISHU_MODE: 'webhook' })).toMatchObject({ colour: 'green' })
})

test('5: an Encrypt Key that is not the page’s', async () => {
  const app = { appId: 'cli_0123456789abcdef', appSecret: 'secret', verificationToken: 'token' }
  await using station = await startStation({
    processes: { 'gateway-feishu': 1 },
    telegram: 'none',
    model: 'none',
    feishu: { apps: [{ ...app, encryptKey: 'the page’s' }] },
    env: { FEISHU_APPS: JSON.stringify([{ ...app, encryptKey: 'another' }]) },
  })
  const redis = await commandsTo(station.redis.env)
  station.feishu.p2p().say('hello')
  await until(async () => (await readKnocks(redis, 'feishu')).has('bad_signature'))
  expect((await examine(station.env)).of('feishu.door')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('signed with another Encrypt Key'),
    cure: expect.stringContaining('FEISHU_ENCRYPT_KEY'),
  })
})

test('a stranger who knocks is told from a key that is wrong', async () => {
  await using station = await startStation({
    processes: { 'gateway-feishu': 1 },
    telegram: 'none',
    model: 'none',
    feishu: {},
  })
  const redis = await commandsTo(station.redis.env)
  const [gateway] = station.of('gateway-feishu')
  await fetch(`${gateway?.origin}/webhooks/feishu`, { method: 'POST', body: '{}' })
  await until(async () => (await readKnocks(redis, 'feishu')).has('not_encrypted'))
  expect((await examine(station.env)).of('feishu.door')).toMatchObject({ colour: 'yellow' })
  // One that comes later than the refusal, by the second in which it is noted.
  await redis.hincrby('waystation:{feishu}:knocks', 'not_encrypted', -2)
  station.feishu.p2p().say('hello')
  await until(async () => (await readKnocks(redis, 'feishu')).has('accepted'))
  expect((await examine(station.env)).of('feishu.door')).toMatchObject({ colour: 'green' })
})

test('6: a model that is dead, one that takes no key, and one that is not there', async () => {
  const model = await startModel({ apiKey: 'right', model: 'qwen3' })
  const env = { LOCAL_MODEL_BASE_URL: model.baseUrl, LOCAL_MODEL: 'qwen3', LOCAL_MODEL_API_KEY: 'right' }
  expect((await examine(env)).of('models.local')).toMatchObject({ colour: 'green' })
  expect((await examine({ ...env, LOCAL_MODEL_API_KEY: 'wrong' })).of('models.local')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('refuses the key'),
    cure: expect.stringContaining('LOCAL_MODEL_API_KEY'),
  })
  expect((await examine({ ...env, LOCAL_MODEL: 'qwen9' })).of('models.local')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('has no model qwen9; it has qwen3'),
  })
  expect(model.requests).toEqual([])
  await model[Symbol.asyncDispose]()
  expect((await examine(env)).of('models.local')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('does not answer'),
    cure: expect.stringContaining(`curl ${model.baseUrl}/models`),
  })
})

test('7: a certificate that has expired, or that nobody trusts', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'doctor-'))
  const lasting = await certify(folder.path, 90)
  await using good = await serve(lasting)
  const trusted = await examine({ PUBLIC_URL: good.url, NODE_EXTRA_CA_CERTS: lasting.file })
  expect(trusted.of('front.certificate')).toMatchObject({
    colour: 'green',
    finding: expect.stringContaining('89 days'),
  })
  expect(trusted.of('front.health')).toMatchObject({ colour: 'green' })
  // It serves what ours keeps to itself.
  expect(trusted.of('front.private')).toMatchObject({ colour: 'yellow', finding: expect.stringContaining('/metrics') })
  expect(trusted.of('front.gateways')).toMatchObject({ colour: 'green' })
  const app = { FEISHU_APP_ID: 'cli_0123456789abcdef', FEISHU_BASE_URL: 'http://127.0.0.1:1' }
  expect((await examine({ PUBLIC_URL: good.url, ...app })).of('front.gateways')).toMatchObject({
    colour: 'red',
    finding: 'nginx reaches no gateway-feishu (502)',
    cure: expect.stringContaining('docker compose logs --tail 50 gateway-feishu'),
  })
  expect((await examine({ PUBLIC_URL: good.url })).of('front.certificate')).toMatchObject({
    colour: 'red',
    finding: expect.stringContaining('SELF_SIGNED'),
  })

  await using bad = await serve(await certify(folder.path, -1))
  expect((await examine({ PUBLIC_URL: bad.url })).of('front.certificate')).toMatchObject({
    colour: 'red',
    finding: expect.stringMatching(/^expired on \d{4}-\d\d-\d\d$/),
    cure: expect.stringContaining('docker compose restart certbot'),
  })
})

test('8: two versions beside each other, and what is missing', async () => {
  await using server = await startTestRedis()
  const redis = await commandsTo(server.env)
  for (const [service, WAYSTATION_VERSION] of [
    ['sender', '1.2.3'],
    ['gateway-web', '1.2.4'],
  ] as const) {
    const running = await startProcess({ service, env: { ...server.env, WAYSTATION_VERSION }, port: 0, onOutput() {} })
    onTestFinished(async () => void (await running.kill()))
  }
  await until(async () => (await whoIsThere(redis)).length === 2)
  const { of } = await examine(server.env)
  expect(of('workers.versions')).toMatchObject({
    colour: 'yellow',
    finding: expect.stringMatching(/^not all the same: (?=.*1\.2\.3: sender)(?=.*1\.2\.4: gateway-web)/),
    cure: expect.stringContaining('deploy/upgrade.sh'),
  })
  expect(of('workers.inference')).toMatchObject({
    colour: 'red',
    cure: expect.stringContaining('docker compose up -d --wait inference'),
  })
})

test('9: a full disk', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'doctor-'))
  const full = {
    colour: 'red',
    finding: expect.stringContaining('0 KiB of 1.0 MiB'),
    cure: expect.stringContaining('docker image prune'),
  }
  const mounted = await exec('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder.path]).catch(() => undefined)
  // Not everybody may.
  if (!mounted) {
    const { finding, cure, ...found } = await disk('.', async () => ({ bavail: 0, blocks: 256, bsize: 4096 }))
    expect({ ...found, finding: finding.en, cure: cure?.en }).toMatchObject(full)
    return
  }
  try {
    await writeFile(join(folder.path, 'fill'), Buffer.alloc(2 ** 20)).catch(() => {})
    const { code, of } = await examine({ PWD: folder.path })
    expect(code).toBe(1)
    expect(of('machine.disk')).toMatchObject(full)
  } finally {
    await exec('umount', [folder.path])
  }
})

test('10: an inbox that nobody looks into, whose bells can be rung again', async () => {
  await using server = await startTestRedis()
  const redis = await commandsTo(server.env)
  const bells = [createBells('inbox', redis), createBells('outbox', redis)] as const
  onTestFinished(async () => void (await Promise.all(bells.map(one => one.close()))))
  await createInbox(redis, ...bells).post({
    id: '1',
    conversation: 'telegram.1.2',
    sender: { id: '7' },
    text: 'a secret question',
    attachments: [],
    mentions: [],
    addressed: 'direct',
    sentAt: 0,
    receivedAt: Date.now() - 60 * 60_000,
    traceId: 't',
  })
  const { of, stdout } = await examine(server.env)
  expect(of('queues.inbox')).toMatchObject({
    colour: 'red',
    finding: 'waiting: 1 message of 1 conversation, the oldest for 1h',
    cure: expect.stringContaining('No inference runs'),
  })
  expect(stdout).not.toContain('secret')
  expect((await examine(server.env, '--fix')).of('queues.inbox')?.done).toBe('rang for all that waits')
})

test('without Redis all else is looked at; what is wrong in variables and files is told at once', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'doctor-'))
  const [file, env] = [join(folder.path, 'waystation.yaml'), join(folder.path, '.env')]
  await writeFile(file, 'rooting: {}\nrouting: { default: remote }\n')
  await writeFile(env, 'SENDER_CONCURRENCY=many\nCOMMERCIAL_MODEL=x\nREDIS_URL=redis://elsewhere')
  await chmod(env, 0o644)
  await chmod(folder.path, 0o755)
  const given = { PWD: folder.path, REDIS_URL: 'redis://127.0.0.1:1', WAYSTATION_CONFIG: file }
  const { code, of } = await examine(given, '--variables', env)
  expect(code).toBe(1)
  expect(of('redis.connection')).toMatchObject({ colour: 'red', finding: expect.stringContaining('within 5 s') })
  const variables = of('config.environment')?.finding
  expect(variables).toContain('SENDER_CONCURRENCY: a number')
  expect(variables).toContain('COMMERCIAL_MODEL_API_KEY')
  expect(of('config.file')?.finding).toMatch(/line 2, routing.default: .*; line 1, rooting: there is no such setting/)
  expect(of('files.env')).toMatchObject({ colour: 'red' })
  expect((await examine(given, '--fix')).of('files.env')).toMatchObject({ colour: 'green', done: 'chmod 600 .env' })
  expect((await stat(env)).mode & 0o777).toBe(0o600)
})

type Certificate = { file: string; keyFile: string }

/** For localhost, by itself; with less than no days it has expired. */
async function certify(folder: string, days: number): Promise<Certificate> {
  const [file, keyFile, request, names] = ['pem', 'key', 'csr', 'names'].map(end => join(folder, `${days}.${end}`)) as [
    string,
    string,
    string,
    string,
  ]
  await writeFile(names, 'subjectAltName=DNS:localhost\n')
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyFile]
  await exec('openssl', ['req', '-new', '-subj', '/CN=localhost', ...key, '-out', request])
  const signed = ['-signkey', keyFile, '-days', String(days), '-extfile', names]
  await exec('openssl', ['x509', '-req', '-in', request, ...signed, '-out', file])
  return { file, keyFile }
}

/** A front behind which a gateway is missing. */
async function serve({ file, keyFile }: Certificate) {
  const server = createServer({ cert: await readFile(file), key: await readFile(keyFile) }, ({ url }, response) => {
    response.writeHead(url === '/webhooks/feishu' ? 502 : 200).end('ok')
  }).listen(0)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `https://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
