import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { startTestRedis } from '@waystation/redis'
import {
  key,
  openTerminal,
  startFeishu,
  startModel,
  startTelegram,
  type TerminalSession,
  text,
  untilAddress,
  wizardFolder,
} from '@waystation/testing'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const enter = key('enter')

/** Takes what it is asked, and never answers. */
async function startSilentServer() {
  const server = createServer(() => {}).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { origin: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: stop }
}

test('each wrong answer is caught where it is given, and says what to do', { timeout: 180_000 }, async () => {
  const folder = await wizardFolder()
  await using model = await startModel({ apiKey: 'canary-key' })
  await using telegram = await startTelegram()
  await using feishu = await startFeishu({ apps: [{ name: 'Courier', scopes: ['im:message:send_as_bot'] }] })
  const env = { TELEGRAM_API_ROOT: telegram.apiRoot, FEISHU_BASE_URL: feishu.baseUrl }
  using terminal = openTerminal(folder, env, 'onboard')
  await terminal.when('Language', enter)
  await terminal.when('Which models answer?', enter)
  await untilAddress(terminal)
  terminal.type(text('127.0.0.1:1/v1'), enter)
  await terminal.when('begins with http://', key('clear'), text('http://127.0.0.1:1/v1'), enter)
  await terminal.when('127.0.0.1:1 does not answer (models: not reached (ECONNREFUSED))')
  await terminal.when('Address of its', key('clear'), text(telegram.apiRoot), enter)
  await terminal.when('has no list of models there. Does the address end with /v1?')
  await terminal.when('Address of its', key('clear'), text(model.baseUrl), enter)
  await terminal.when('wants a key')
  await terminal.when('API key', text('canary-wrong'), enter)
  await terminal.when('refuses this key (401). Copy it again')
  await terminal.when('Address of its', enter)
  await terminal.when('API key', text('canary-key'), enter)
  await terminal.when('Model', enter)
  await terminal.when('Longest answer', key('clear'), text('many'), enter)
  await terminal.when('A whole number', key('clear'), text('4000'), enter)
  await terminal.when('longer ones are seldom read')
  await terminal.when('Temperature', key('clear'), text('3'), enter)
  await terminal.when('A number from 0 to 2', key('clear'), text('0.4'), enter)
  await terminal.when('Name of the assistant', enter)
  await terminal.when('Who it is', enter)
  await terminal.when('Where do people write', key('space'), key('down'), key('space'), enter)
  await terminal.when('Can the platforms reach', key('down'), enter)
  await terminal.when('Its address', text('http://bot.example.com'), enter)
  await terminal.when('https:// and the name', key('clear'), text('http://127.0.0.1:1'), enter)
  await terminal.when('Nothing answers at http://127.0.0.1:1 yet')
  await terminal.when('Token from @BotFather', text('canary-token'), enter)
  await terminal.when('That is no token.')
  await terminal.when('Token from @BotFather', text('7000001:canary-token'), enter)
  await terminal.when('Telegram refuses this token')
  await terminal.when('Token from @BotFather', text(telegram.token), enter)
  await terminal.when('It is @waystation_bot')
  await terminal.when('How do messages come from Telegram?', enter)
  await terminal.when('On which platform is the app?', enter)
  await terminal.when('App ID', text('cli_x'), enter)
  await terminal.when('App Secret', text('canary-secret'), enter)
  await terminal.when('That is no App ID.')
  await terminal.when('On which platform is the app?', enter)
  await terminal.when('App ID', key('clear'), text(feishu.app.appId), enter)
  await terminal.when('App Secret', text('canary-secret'), enter)
  await terminal.when('(10014): check FEISHU_APP_ID and FEISHU_APP_SECRET. ')
  await terminal.when('On which platform is the app?', enter)
  await terminal.when('App ID', enter)
  await terminal.when('App Secret', text(feishu.app.appSecret), enter)
  await terminal.when('It is Courier.')
  await terminal.when('im:message.p2p_msg:readonly  to read what is written to the bot in private')
  const missing =
    'im:message.p2p_msg:readonly,im:message.group_at_msg:readonly,im:message.reactions:write_only,cardkit:card:write'
  await terminal.when(`${feishu.baseUrl}/app/${feishu.app.appId}/auth?q=${missing}&`)
  await terminal.when('Added, and published', enter)
  await terminal.when('How do events come?', enter)
  await terminal.when('Encrypt Key', enter)
  await terminal.when('Verification Token', enter)
  await terminal.when('One of the two is needed')
  await terminal.when('Encrypt Key, from', text('canary-encrypt'), enter)
  await terminal.when('Verification Token', enter)
  await terminal.when('enter http://127.0.0.1:1/webhooks/feishu at')
  await terminal.when('Who may use it?', enter)
  await terminal.when('Ids of those who', text('123 ou_1'), enter)
  await terminal.when('Write this?', enter)
  await terminal.when('Start it now', key('down'), enter)
  await terminal.when('Start it with `npm start`')
  expect(await terminal.ended).toBe(0)
  expect(terminal.seen()).not.toMatch(/canary|undefined/)
  expect(parseEnv(readFileSync(join(folder, '.env'), 'utf8'))).toEqual({
    LOCAL_MODEL_BASE_URL: model.baseUrl,
    LOCAL_MODEL_API_KEY: 'canary-key',
    LOCAL_MODEL: 'simulated',
    MODEL_MAX_TOKENS: '4000',
    MODEL_TEMPERATURE: '0.4',
    PUBLIC_URL: 'http://127.0.0.1:1',
    TELEGRAM_BOT_TOKEN: telegram.token,
    FEISHU_BASE_URL: feishu.baseUrl,
    FEISHU_APP_ID: feishu.app.appId,
    FEISHU_APP_SECRET: feishu.app.appSecret,
    FEISHU_ENCRYPT_KEY: 'canary-encrypt',
  })
  expect(parse(readFileSync(join(folder, 'waystation.yaml'), 'utf8')).access).toEqual({ admins: ['123', 'ou_1'] })
})

const MINE = {
  '.env': '# of mine\nOFFICE_KEY=canary-office\n\nMODEL_MAX_TOKENS=300 # short\nCOMMERCIAL_MODEL=m\n',
  'waystation.yaml': '# of mine\npersona: Me   # short\n\naccess:\n  # the boss\n  allow: ["1"]\n',
}

test('who leaves, leaves the files as they were', { timeout: 180_000 }, async () => {
  const folder = await wizardFolder(MINE)
  const untouched = () => {
    for (const [name, text] of Object.entries(MINE)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
    expect(readdirSync(folder).toSorted()).toEqual(['.env', 'waystation.yaml'])
  }
  using early = openTerminal(folder, {}, 'onboard')
  await early.when('Language', enter)
  await early.when('Which models answer?', key('ctrl-c'))
  await early.when('Nothing was written.')
  expect(await early.ended).toBe(130)
  untouched()

  // It takes the question, and never answers.
  await using silent = await startSilentServer()
  using waiting = openTerminal(folder, {}, 'onboard')
  await waiting.when('Language', enter)
  await waiting.when('Which models answer?', key('down'), enter)
  await untilAddress(waiting)
  waiting.type(text(`${silent.origin}/v1`), enter)
  await waiting.when('Asking for its list', text('canary-early'), key('ctrl-c'))
  await waiting.when('Nothing was written.')
  expect(await waiting.ended).toBe(130)
  expect(waiting.seen()).not.toContain('canary')
  untouched()

  using late = openTerminal(folder, {}, 'onboard')
  await keepAll(late)
  await late.when('Write this into the files that are there?', key('ctrl-c'))
  await late.when('Nothing was written.')
  expect(await late.ended).toBe(130)
  untouched()

  using dry = openTerminal(folder, {}, 'onboard', '--dry-run')
  await keepAll(dry)
  await dry.when('Nothing was written (--dry-run).')
  expect(await dry.ended).toBe(0)
  untouched()
})

/** All stays, but for the length of answers. */
async function keepAll(terminal: TerminalSession): Promise<void> {
  await terminal.when('Language', enter)
  await terminal.when('Keep m', enter)
  await terminal.when('Longest answer', key('clear'), text('350'), enter)
  await terminal.when('Temperature', enter)
  await terminal.when('Keep this persona?', enter)
  await terminal.when('Where do people write', enter)
  await terminal.when('As now: 1 people and groups', enter)
  await terminal.when('Ids of those who', text('1'), enter)
}

test('a second run keeps what is there, comments and all', { timeout: 180_000 }, async () => {
  const folder = await wizardFolder(MINE)
  using terminal = openTerminal(folder, { MODEL_MAX_TOKENS: '200' }, 'onboard')
  await keepAll(terminal)
  await terminal.when('+  admins')
  await terminal.when('-MODEL_MAX_TOKENS=300')
  await terminal.when('+MODEL_MAX_TOKENS=350')
  await terminal.when('Write this into', enter)
  await terminal.when('MODEL_MAX_TOKENS: set in this shell to something else, which wins over .env.')
  await terminal.when('Start it now', key('down'), enter)
  expect(await terminal.ended).toBe(0)
  expect(terminal.seen()).not.toContain('canary')
  expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(MINE['.env'].replace('300 # short', '350'))
  expect(readFileSync(join(folder, 'waystation.yaml'), 'utf8')).toBe(
    '# of mine\npersona: Me # short\n\naccess:\n  # the boss\n  allow: [ "1" ]\n  admins:\n    - "1"\n',
  )
})

test('a station that does not start says why, and the files are written all the same', {
  timeout: 180_000,
}, async () => {
  const folder = await wizardFolder(MINE)
  await using redis = await startTestRedis()
  await using other = await startSilentServer()
  using terminal = openTerminal(
    folder,
    { ...redis.env, PORT: new URL(other.origin).port, COMMERCIAL_MODEL_API_KEY: 'k' },
    'onboard',
  )
  await keepAll(terminal)
  await terminal.when('Write this into', enter)
  await terminal.when('Start it now', enter)
  await terminal.when('The station did not start.')
  await terminal.when('The port is in use')
  await terminal.when('The files are written.')
  expect(await terminal.ended).toBe(1)
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain('MODEL_MAX_TOKENS=350')
})
