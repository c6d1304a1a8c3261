import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callWaystation, startFeishu, startModel, startTelegram, wizardFolder } from '@waystation/testing'
import { expect, test } from 'vitest'

const folderWith = (answers: string) => wizardFolder({ 'answers.yaml': answers })

test('what a file answers is checked, shown and written; secrets come from the environment', async () => {
  await using model = await startModel({ apiKey: 'canary-key' })
  await using telegram = await startTelegram()
  await using feishu = await startFeishu({ apps: [{ name: 'Courier', scopes: ['im:message:send_as_bot'] }] })
  const folder = await folderWith(`
variables:
  LOCAL_MODEL_BASE_URL: ${model.baseUrl}
  LOCAL_MODEL: simulated
  MODEL_MAX_TOKENS: 300
  FEISHU_APP_ID: ${feishu.app.appId}
settings:
  persona: You are Courier.
  access: { allow: ["1"] }
`)
  const env = {
    TELEGRAM_API_ROOT: telegram.apiRoot,
    FEISHU_BASE_URL: feishu.baseUrl,
    LOCAL_MODEL_API_KEY: 'canary-key',
    TELEGRAM_BOT_TOKEN: telegram.token,
    FEISHU_APP_SECRET: feishu.app.appSecret,
  }
  const ask = (...words: string[]) =>
    callWaystation({ ...env, PWD: folder }, 'onboard', '--answers', 'answers.yaml', ...words)
  const dry = await ask('--dry-run')
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('+TELEGRAM_BOT_TOKEN=•••••••• (new)') })
  expect(dry.stdout).toMatch(/Nothing was written \(--dry-run\)\.\n$/)
  expect(readdirSync(folder)).toEqual(['answers.yaml'])

  const { code, stdout, stderr } = await ask('--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const secret of ['canary', telegram.token, feishu.app.appSecret]) expect(stdout).not.toContain(secret)
  expect(JSON.parse(stdout)).toMatchObject({
    target: 'start',
    written: true,
    files: [{ path: 'waystation.yaml' }, { path: '.env' }],
    models: { local: 'simulated' },
    telegram: { username: 'waystation_bot', readsAll: true },
    feishu: { name: 'Courier', addThemAt: expect.stringContaining(`/app/${feishu.app.appId}/auth?q=`) },
  })
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain(`\nTELEGRAM_BOT_TOKEN=${telegram.token}\n`)
  expect(await ask()).toMatchObject({ code: 0, stdout: 'Nothing changes.\n' })
})

test('every fault is told at once, and nothing is written', async () => {
  await using model = await startModel({ apiKey: 'k' })
  await using telegram = await startTelegram()
  const wrong = { TELEGRAM_BOT_TOKEN: '7000001:canary', TELEGRAM_API_ROOT: telegram.apiRoot }
  const folder = await folderWith(`
variables:
  LOCAL_MODEL_BASE_URL: ${model.baseUrl}
  LOCAL_MODEL: other
  LOCAL_MODEL_API_KEY: k
  COMMERCIAL_MODEL_BASE_URL: ${model.baseUrl}
  COMMERCIAL_MODEL: simulated
  COMMERCIAL_MODEL_API_KEY: canary
  FEISHU_APP_ID: cli_canary
  FEISHU_APP_SECRET: canary
  ALERTS_RECEIVERS: canary
`)
  const ask = () => callWaystation({ ...wrong, PWD: folder }, 'onboard', '--answers', 'answers.yaml')
  const { code, stdout } = await ask()
  expect(code).toBe(2)
  expect(stdout).not.toContain('canary')
  for (const fault of [
    'The server has no model other; it has simulated.',
    'refuses this key (401)',
    'Telegram refuses this token.',
    'FEISHU_APP_ID: the App ID of the developer console',
    'ALERTS_TOKEN: at least 16 characters',
    'ALERTS_RECEIVERS: JSON like',
  ])
    expect(stdout).toContain(fault)
  writeFileSync(
    join(folder, 'answers.yaml'),
    'variables:\n  TELEGRAM_TOKEN: 1\nsettings:\n  persona: 1\n  rooting: 1\n',
  )
  expect(await ask()).toEqual({
    code: 2,
    stdout: '',
    stderr: `Please correct in answers.yaml:
  line 2, variables.TELEGRAM_TOKEN: there is no such setting
  line 4, settings.persona: Invalid input: expected string, received number
  line 5, settings.rooting: there is no such setting
`,
  })
  expect(existsSync(join(folder, '.env'))).toBe(false)
})

test('a variable that is a file stays one, until it is another', async () => {
  await using model = await startModel({ apiKey: 'canary' })
  const folder = await folderWith('variables: { MODEL_MAX_TOKENS: 300 }')
  writeFileSync(join(folder, 'key'), 'canary\n')
  const lines = [`LOCAL_MODEL_BASE_URL=${model.baseUrl}`, `LOCAL_MODEL=${model.model}`]
  writeFileSync(join(folder, '.env'), [...lines, 'LOCAL_MODEL_API_KEY_FILE=key', ''].join('\n'))
  const ask = (env = {}) => callWaystation({ ...env, PWD: folder }, 'onboard', '--answers', 'answers.yaml')
  expect(await ask()).toMatchObject({ code: 0 })
  const read = () => readFileSync(join(folder, '.env'), 'utf8').split('\n').slice(2, -1)
  expect(read()).toEqual(['LOCAL_MODEL_API_KEY_FILE=key', 'MODEL_MAX_TOKENS=300'])
  expect(await ask({ LOCAL_MODEL_API_KEY: 'other' })).toMatchObject({ code: 2 })
  expect(read()).toEqual(['LOCAL_MODEL_API_KEY_FILE=key', 'MODEL_MAX_TOKENS=300'])
  writeFileSync(
    join(folder, 'answers.yaml'),
    "variables: { LOCAL_MODEL_BASE_URL: '', LOCAL_MODEL: '', LOCAL_MODEL_API_KEY: '' }",
  )
  expect(await ask()).toMatchObject({ code: 0 })
  expect(read()).toEqual(['LOCAL_MODEL_API_KEY_FILE=', 'MODEL_MAX_TOKENS=300'])
})

test('what cannot be read or written is told, and nothing is left behind', async () => {
  const folder = await folderWith('{ variables: { MODEL_MAX_TOKENS: 300 }, settings: { persona: Me } }')
  const ask = (env = {}) => callWaystation({ ...env, PWD: folder }, 'onboard', '--answers', 'answers.yaml')
  mkdirSync(join(folder, '.env'))
  expect(await ask()).toMatchObject({ code: 2, stderr: '.env: a file that this process may read (EISDIR)\n' })
  rmSync(join(folder, '.env'), { recursive: true })
  const config = { WAYSTATION_CONFIG: 'answers.yaml/settings.yaml' }
  const stderr = 'Nothing was written: answers.yaml cannot be (EEXIST). Go to a folder that is yours.\n'
  expect(await ask(config)).toEqual({ code: 2, stdout: '', stderr })
  expect(readdirSync(folder)).toEqual(['answers.yaml'])
})

test('an address that does not answer is told without its login, its query and the space before it', async () => {
  const folder = await folderWith('{ variables: { LOCAL_MODEL: qwen3 } }')
  const env = { LOCAL_MODEL_BASE_URL: 'http://operator:canary@127.0.0.1:1/v1/?key=canary', PWD: folder }
  const { code, stdout } = await callWaystation(env, 'onboard', '--answers', 'answers.yaml', '--json')
  expect({ code, faults: JSON.parse(stdout).faults }).toEqual({
    code: 2,
    faults: [expect.stringMatching(/^127\.0\.0\.1:1 does not answer .* `curl http:\/\/127\.0\.0\.1:1\/v1\/models`$/)],
  })
})
