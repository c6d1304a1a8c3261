import { mkdir, mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { callWaystation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { isSecret } from '../secret.ts'
import { misspelt } from './misspelt.ts'
import { knownVariables } from './services.ts'

type Env = Readonly<Record<string, string>>
type Checked = { source: string; faults: string[]; warnings: string[] }
type Shown = { variables: { variable: string; from: string; services: string[]; value?: string }[]; settings: object }

const REPOSITORY = new URL('../../../../', import.meta.url)
const SETTINGS = `persona: Courier
models:
  endpoints:
    - { name: office, tier: local, baseUrl: "http://me:canary@office/v1", model: m, apiKeyEnv: OFFICE_KEY }
`

/** With a canary where each may hold a secret; all of it well. */
const secrets: Env = {
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=canary',
  REDIS_PASSWORD: 'canary',
  REDIS_SENTINEL_PASSWORD: 'canary',
  LOCAL_MODEL_API_KEY: 'canary',
  COMMERCIAL_MODEL_API_KEY: 'canary',
  TELEGRAM_BOT_TOKEN: '1:canary',
  TELEGRAM_WEBHOOK_SECRET: 'canary',
  FEISHU_APP_SECRET: 'canary',
  FEISHU_VERIFICATION_TOKEN: 'canary',
  FEISHU_ENCRYPT_KEY: 'canary',
  FEISHU_APPS: '[{"appId":"cli_a1b2c3d4e5f60718","appSecret":"canary","encryptKey":"canary"}]',
  WEB_SESSION_SECRET: 'canary'.repeat(6),
  ALERTS_TOKEN: 'canary'.repeat(6),
  ALERTS_RECEIVERS: '{"oncall":{"kind":"wecom","url":"https://wecom.test/?key=canary"}}',
  OFFICE_KEY: 'canary',
}
const logins: Env = {
  REDIS_URL: 'redis://redis:6379/?password=canary',
  COMMERCIAL_MODEL: 'big',
  COMMERCIAL_MODEL_BASE_URL: 'https://me:c@n/?aryca:nary@api.test/v1',
  LOCAL_MODEL: 'small',
  LOCAL_MODEL_BASE_URL: 'http://canary@local.test/v1?key=canary',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:canary@collector:4318',
}

const ask = (env: Env, ...words: string[]) => callWaystation(env, 'config', ...words)
const folder = () => mkdtempDisposable(join(tmpdir(), 'config-'))

async function check(env: Env, ...words: string[]) {
  const { code, stdout, stderr } = await ask(env, 'check', '--json', ...words)
  expect(stderr).toBe('')
  const [environment, file] = JSON.parse(stdout) as Checked[]
  return { code, environment, file }
}

test('every fault is told at once, of all services and of waystation.yaml, with its line', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'waystation.yaml'), 'rooting: {}\nrouting: { default: remote }\n')
  await writeFile(join(at.path, '.env'), 'SENDER_CONCURRENCY=many\nCOMMERCIAL_MODEL=x\nTELEGRAM_BOT_TOKEN=canary\n')
  const env = { PWD: at.path, ALERTS_TOKEN: 'canary', REDIS_PASSWORD_FILE: '/nowhere/canary' }
  const { code, environment, file } = await check(env)
  expect(code).toBe(2)
  expect(environment?.faults.map(fault => fault.split(':')[0]).toSorted()).toEqual([
    'ALERTS_RECEIVERS',
    'ALERTS_TOKEN',
    'COMMERCIAL_MODEL_API_KEY',
    'REDIS_PASSWORD_FILE',
    'SENDER_CONCURRENCY',
    'TELEGRAM_BOT_TOKEN',
  ])
  expect(file).toEqual({
    source: 'waystation.yaml',
    faults: [expect.stringMatching(/^line 2, routing.default: /), 'line 1, rooting: there is no such setting'],
    warnings: [],
  })
  const { stdout } = await ask({ ...env, LANG: 'zh_CN.UTF-8' }, 'check')
  expect(stdout).toContain('\nwaystation.yaml: 请改正\n  line 2, routing.default: ')
  expect(stdout).not.toContain('canary')
})

test('a waystation.yaml is checked before it is put in its place; of a key it is told that it is not here', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'waystation.yaml'), 'rooting: {}\n')
  const next = join(at.path, 'next.yaml')
  await writeFile(next, SETTINGS)
  const well = await ask({ PWD: at.path }, 'check', 'next.yaml')
  expect(well).toEqual({
    code: 0,
    stdout:
      'environment: well\nnext.yaml: well\n  warning: line 4, models.endpoints.0.apiKeyEnv: the variable OFFICE_KEY is not set: with what is set here, inference would not start\n',
    stderr: '',
  })
  const variables = join(at.path, 'variables')
  await writeFile(variables, 'OFFICE_KEY=canary\nREDIS_URL=http://elsewhere\n')
  expect(await check({ PWD: at.path }, next, '--variables', variables)).toMatchObject({
    code: 2,
    environment: { faults: [expect.stringMatching(/^REDIS_URL: /)] },
    file: { source: next, faults: [], warnings: [] },
  })
  const missing = await check({ PWD: at.path }, 'missing.yaml')
  expect(missing).toMatchObject({ code: 2, file: { faults: ['missing.yaml: cannot be read (ENOENT)'] } })
})

test('a name that is misspelt is told, and does no harm', async () => {
  const env = {
    TELEGRAM_BOT_TOKN: '1:canary',
    LOCAL_MODEL_KEY: 'canary',
    FEISHU_APP_SECRT_FILE: '/nowhere',
    LOG_LEVL: '',
  }
  const { code, environment } = await check(env)
  expect(code).toBe(0)
  expect(environment).toEqual({
    source: 'environment',
    faults: [],
    warnings: [
      'TELEGRAM_BOT_TOKN: no service reads it; is TELEGRAM_BOT_TOKEN meant?',
      'LOCAL_MODEL_KEY: no service reads it; is LOCAL_MODEL or LOCAL_MODEL_API_KEY meant?',
      'FEISHU_APP_SECRT_FILE: no service reads it; is FEISHU_APP_SECRET meant?',
    ],
  })
})

test('what others read is not taken for a mistake', async () => {
  const compose = await readFile(new URL('docker-compose.yml', REPOSITORY), 'utf8')
  const ofCompose = [...compose.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name = '']) => name)
  const ofExample = Object.keys(parseEnv(await readFile(new URL('.env.example', REPOSITORY), 'utf8')))
  const ofOthers = [
    'POST HOST PATH SORT HOME TERM LANG USER NODE_ENV KUBERNETES_PORT REDISCLI_AUTH REDIS_HOST OTEL_SERVICE_NAME',
    'OTEL_EXPORTER_OTLP_TIMEOUT OTEL_EXPORTER_OTLP_PROTOCOL OTEL_EXPORTER_OTLP_TRACES_ENDPOINT HTTP_PROXY NO_PROXY',
  ].flatMap(names => names.split(' '))
  const names = [...ofCompose, ...ofExample, ...ofOthers]
  expect(names.length).toBeGreaterThan(80)
  expect(misspelt(Object.fromEntries(names.map(name => [name, 'x'])))).toEqual([])
})

test('of every variable it is decided whether it is a secret', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'waystation.yaml'), SETTINGS)
  const known = knownVariables({ WAYSTATION_CONFIG: join(at.path, 'waystation.yaml') }).map(({ name }) => name)
  expect(known.filter(isSecret).toSorted()).toEqual([...Object.keys(secrets), 'REDIS_URL'].toSorted())
})

test('what every service would run with is shown, and no secret', async () => {
  await using at = await folder()
  await writeFile(join(at.path, 'waystation.yaml'), SETTINGS)
  const env = { PWD: at.path, FEISHU_APP_ID: 'cli_a1b2c3d4e5f60718', ...secrets, ...logins }
  const { code, stdout } = await ask(env, 'show')
  expect(stdout).not.toContain('canary')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^TELEGRAM_BOT_TOKEN +environment +sender, gateway-telegram +••••••••$/m)
  expect(stdout).toMatch(/^PORT +default +all +3000$/m)
  expect(stdout).toContain('\nhistory:\n  tokens: 3000\n')

  const json = await ask(env, 'show', '--json')
  expect(json.stdout).not.toContain('canary')
  const { variables, settings }: Shown = JSON.parse(json.stdout)
  const shownOf = (name: string) => variables.find(({ variable }) => variable === name)?.value
  for (const name of Object.keys(secrets)) expect(shownOf(name)).toBe('••••••••')
  expect(shownOf('REDIS_URL')).toBe('redis://redis:6379/?••••••••')
  expect(shownOf('COMMERCIAL_MODEL_BASE_URL')).toBe('https://••••••••@api.test/v1')
  expect(settings).toMatchObject({
    persona: 'Courier',
    models: { endpoints: [{ baseUrl: 'http://••••••••@office/v1' }] },
  })
})

test('no secret is shown that stands in the wrong place', async () => {
  const wrong = Object.fromEntries(
    knownVariables({}).flatMap(({ name, schema }) => (schema?.safeParse('canary').success ? [] : [[name, 'canary']])),
  )
  expect(Object.keys(wrong).length).toBeGreaterThan(20)
  const env = { ...wrong, ...Object.fromEntries(Object.keys(secrets).map(name => [name, 'canary'])) }
  for (const word of ['check', 'show'])
    for (const json of [[], ['--json']]) {
      const { code, stdout, stderr } = await ask(env, word, ...json)
      expect(code).toBe(2)
      expect(stdout + stderr).not.toContain('canary')
    }
})

test('of each variable it is told where it comes from', async () => {
  await using at = await folder()
  const [variables, port] = [join(at.path, 'variables'), join(at.path, 'port')]
  await writeFile(join(at.path, '.env'), 'LOG_LEVEL=debug\nLOG_FORMAT=ecs\nREPLY_STREAMING=off\n')
  await writeFile(variables, 'LOG_LEVEL=trace\nLOCAL_MODEL=from-variables\nSENDER_CONCURRENCY=3\n')
  await writeFile(port, '81\n')
  await writeFile(join(at.path, 'waystation.yaml'), '')
  const env = { PWD: at.path, LOG_FORMAT: 'waystation', PORT_FILE: port, SENDER_CONCURRENCY: '' }
  const { stdout } = await ask(env, 'show', '--json', '--variables', variables)
  const { variables: shown }: Shown = JSON.parse(stdout)
  const told = Object.fromEntries(shown.map(({ variable, from, value }) => [variable, [from, value]]))
  expect(told).toMatchObject({
    LOG_FORMAT: ['environment', 'waystation'],
    LOG_LEVEL: ['.env', 'debug'],
    REPLY_STREAMING: ['.env', 'off'],
    PORT: ['X_FILE', '81'],
    LOCAL_MODEL: ['--variables', 'from-variables'],
    SENDER_CONCURRENCY: ['--variables', '3'],
    WAYSTATION_CONFIG: ['default', 'waystation.yaml'],
    MODEL_MAX_TOKENS: ['default', '400'],
    FEISHU_MODE: ['unset', undefined],
  })
})

test('on a server with Compose the files of its folder are looked at, before anything runs', async () => {
  await using at = await folder()
  const inContainers = '/etc/waystation/waystation.yaml'
  await writeFile(join(at.path, '.env'), `COMPOSE_PROFILES=\nWAYSTATION_CONFIG=${inContainers}\n`)
  await writeFile(join(at.path, '.env.models'), 'OFFICE_KEY=canary\n')
  await mkdir(join(at.path, 'site/config'), { recursive: true })
  await writeFile(join(at.path, 'site/config/waystation.yaml'), SETTINGS)
  expect(await check({ PWD: at.path })).toEqual({
    code: 0,
    environment: { source: 'environment', faults: [], warnings: [] },
    file: { source: 'site/config/waystation.yaml', faults: [], warnings: [] },
  })
  const { variables: shown }: Shown = JSON.parse((await ask({ PWD: at.path }, 'show', '--json')).stdout)
  expect(shown.find(({ variable }) => variable === 'OFFICE_KEY')?.from).toBe('.env.models')
})
