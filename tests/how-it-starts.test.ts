import { execFile } from 'node:child_process'
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTestRedis } from '@waystation/redis'
import { startModel, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

type Ended = { code: number; stdout: string; stderr: string }

const main = (service: string): string => fileURLToPath(new URL(`../services/${service}/src/main.ts`, import.meta.url))

/** A start that ends by itself. Redis has no address that could be reached: only what is wrong at once is told. */
function start(service: string, args: string[], env: Record<string, string> = {}, cwd = tmpdir()): Promise<Ended> {
  const told = { ...process.env, REDIS_URL: 'redis://127.0.0.1:1', ...env }
  return new Promise(resolve => {
    const child = execFile(process.execPath, [main(service), ...args], { cwd, env: told }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

test.each(['all', 'sender'])('%s explains itself, and takes no arguments', async service => {
  const help = await start(service, ['--help'])
  expect(help).toEqual({ code: 0, stdout: expect.stringContaining('README.md lists them all'), stderr: '' })
  const unknown = await start(service, ['--prot', '80'])
  expect(unknown).toEqual({ code: 2, stdout: '', stderr: `There is no --prot 80.\n\n${help.stdout}` })
})

test('what is set wrong is told in one message, each fault once, without a value, and nothing after it', async () => {
  const wrong = { TELEGRAM_BOT_TOKEN: 'canary', FEISHU_APP_ID: 'canary', WAYSTATION_CONFIG: '' }
  const { code, stderr, stdout } = await start('all', [], { ...wrong, LOG_LEVEL: 'error' })
  expect(stderr.trimEnd().split('\n')).toEqual([
    'Please correct in the environment:',
    expect.stringMatching(/^ {2}TELEGRAM_BOT_TOKEN: the token/),
    expect.stringMatching(/^ {2}FEISHU_APP_ID: the App ID/),
    '  FEISHU_APP_SECRET: is needed',
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('a login that Redis refuses ends the start with a sentence', async () => {
  await using redis = await startTestRedis()
  const url = new URL(redis.url)
  url.password = 'canary'
  const { code, stderr } = await start('sender', [], { REDIS_URL: url.href })
  expect({ code, stderr }).toEqual({ code: 1, stderr: `Redis at ${url.host} refuses the login (WRONGPASS)\n` })
})

test('everything may come from files, which need no variable beside them', { timeout: 120_000 }, async () => {
  await using model = await startModel({ apiKey: 'key of the model' })
  const { baseUrl, model: name } = model
  await using station = await startStation({
    variables: 'files',
    feishu: {},
    model: 'none',
    env: { OFFICE_KEY: 'key of the model', WEB_SESSION_SECRET: 'a secret of more than 32 characters' },
    settings: {
      models: { endpoints: [{ name: 'office', tier: 'local', baseUrl, model: name, apiKeyEnv: 'OFFICE_KEY' }] },
    },
  })
  const [chat, feishuChat] = [station.telegram.privateChat(), station.feishu.p2p()]
  chat.say('hi')
  feishuChat.say('hi')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual(['re: hi'])
  expect(station.feishu.texts(feishuChat)).toEqual(['re: hi'])
})

test('a file that cannot be read is told like any other fault, wherever its variable is named', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'station-'))
  const config = join(folder.path, 'waystation.yaml')
  const endpoint = { name: 'a', tier: 'local', baseUrl: 'http://127.0.0.1:1/v1', model: 'm', apiKeyEnv: 'A_KEY' }
  await writeFile(config, JSON.stringify({ models: { endpoints: [endpoint] } }))
  const files = { TELEGRAM_BOT_TOKEN_FILE: '/canary', A_KEY_FILE: '/canary', FEISHU_APP_SECRET_FILE: folder.path }
  const { code, stderr } = await start('all', [], { ...files, FEISHU_APP_ID: 'canary', WAYSTATION_CONFIG: config })
  expect(stderr.trimEnd().split('\n')).toEqual([
    'Please correct in the environment:',
    '  TELEGRAM_BOT_TOKEN_FILE: the path of a file that this process may read (ENOENT)',
    '  FEISHU_APP_SECRET_FILE: the path of a file that this process may read (EISDIR)',
    expect.stringMatching(/^ {2}FEISHU_APP_ID: the App ID/),
    `Please correct in ${config}:`,
    expect.stringMatching(/^ {2}line 1, .*apiKeyEnv: A_KEY_FILE: the path of a file .*\(ENOENT\)$/),
  ])
  expect(code).toBe(1)
})

test('an address to listen on that is none is told of', async () => {
  const { code, stderr } = await start('all', [], { LISTEN_ADDRESS: 'nonsense' })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^Please correct.*\n {2}LISTEN_ADDRESS: an IP address of this machine, such as 127\.0\.0\.1\n$/,
  )
})

test('without any configuration it says how to run the wizard, in one line', async () => {
  const wizard = 'Nothing is configured yet: `npm run onboard` asks for all of it, step by step.\n'
  await using bare = await startStation({ telegram: 'none', model: 'none' })
  expect(bare.output.split(wizard)).toHaveLength(2)
  await using configured = await startStation({ telegram: 'none' })
  expect(configured.output).toContain('telegram: off')
  expect(configured.output).not.toContain('onboard')
})

test('the .env of the folder is read, and one that cannot be is told of', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'station-'))
  const env = join(folder.path, '.env')
  await writeFile(env, 'LISTEN_ADDRESS=nonsense\n')
  expect((await start('all', [], {}, folder.path)).stderr).toContain('LISTEN_ADDRESS: an IP address')
  await using other = await mkdtempDisposable(join(tmpdir(), 'station-'))
  await mkdir(join(other.path, '.env'))
  const stderr = '.env: a file that this process may read (EISDIR)\n'
  expect(await start('all', [], {}, other.path)).toEqual({ code: 1, stdout: '', stderr })
})
