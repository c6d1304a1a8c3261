import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { startTestRedis } from '@waystation/redis'
import {
  key,
  openTerminal,
  startFeishu,
  startModel,
  startTelegram,
  text,
  untilAddress,
  wizardFolder,
} from '@waystation/testing'
import { expect, test } from 'vitest'

const enter = key('enter')

test('from nothing to a first answer: what was asked is written, and a message goes its whole road', {
  timeout: 180_000,
}, async () => {
  const folder = await wizardFolder()
  await using redis = await startTestRedis()
  await using model = await startModel({ apiKey: 'canary-key' })
  await using telegram = await startTelegram()
  const env = { ...redis.env, TELEGRAM_API_ROOT: telegram.apiRoot, PORT: '0' }
  using terminal = openTerminal(folder, env, 'onboard')
  await terminal.when('Language', enter)
  await terminal.when('Which models answer?', enter)
  await untilAddress(terminal)
  terminal.type(text(model.baseUrl), enter)
  await terminal.when('wants a key')
  await terminal.when('API key', text('canary-key'), enter)
  await terminal.when('Model', enter)
  await terminal.when('Longest answer', enter)
  await terminal.when('Temperature', enter)
  await terminal.when('Name of the assistant', enter)
  await terminal.when('Who it is', enter)
  await terminal.when('Where do people write', key('space'), enter)
  await terminal.when('Can the platforms reach', enter)
  await terminal.when('Token from @BotFather', text(telegram.token), enter)
  await terminal.when('It is @waystation_bot')
  await terminal.when('Privacy mode is off')
  await terminal.when('Who may use it?', enter)
  await terminal.when('Ids of those who', enter)
  await terminal.when('Write this?', enter)
  await terminal.when('Start it now', enter)
  await terminal.when('received, and kept in the inbox')
  await terminal.when('first word of the model')
  await terminal.when('delivered')
  await terminal.when('It runs until Ctrl-C', key('ctrl-c'))
  expect(await terminal.ended).toBe(130)
  expect(terminal.seen()).not.toMatch(/canary-key|undefined/)
  expect(terminal.seen()).not.toContain(telegram.token)
  expect(readFileSync(join(folder, '.env'), 'utf8').split('\n').slice(1)).toEqual([
    `LOCAL_MODEL_BASE_URL=${model.baseUrl}`,
    'LOCAL_MODEL_API_KEY=canary-key',
    'LOCAL_MODEL=simulated',
    `TELEGRAM_BOT_TOKEN=${telegram.token}`,
    '',
  ])
  expect(readFileSync(join(folder, 'waystation.yaml'), 'utf8')).toContain('\npersona: You are Waystation')
  expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600)
  expect(model.requests).toHaveLength(1)
})

test('two models, and Feishu by a long connection', { timeout: 180_000 }, async () => {
  const folder = await wizardFolder()
  await using local = await startModel({ model: 'small' })
  await using commercial = await startModel({ model: 'large', apiKey: 'canary-key' })
  await using feishu = await startFeishu({ apps: [{ name: 'Courier' }] })
  using terminal = openTerminal(folder, { FEISHU_BASE_URL: feishu.baseUrl }, 'onboard')
  await terminal.when('Language', enter)
  await terminal.when('Which models answer?', key('down'), key('down'), enter)
  await untilAddress(terminal)
  terminal.type(text(local.baseUrl), enter)
  await terminal.when('● small', enter)
  await terminal.when('What people ask leaves the house')
  await terminal.when('Whose API?', key('up'), enter)
  await terminal.when('Address of its', text(commercial.baseUrl), enter)
  await terminal.when('API key', text("it's"), enter)
  await terminal.when('No line of .env can hold it', key('clear'), text('canary-wrong'), enter)
  await terminal.when('refuses this key')
  await terminal.when('Whose API?', enter)
  await terminal.when('API key', text('canary-key'), enter)
  await terminal.when('● large', enter)
  await terminal.when('Longest answer', enter)
  await terminal.when('Temperature', enter)
  await terminal.when('Name of the assistant', enter)
  await terminal.when('Who it is', enter)
  await terminal.when('Where do people write', key('down'), key('space'), enter)
  await terminal.when('Can the platforms reach', enter)
  await terminal.when('On which platform', enter)
  await terminal.when(`create one at ${feishu.baseUrl}/app`)
  await terminal.when('App ID', text(feishu.app.appId), enter)
  await terminal.when('App Secret', text(feishu.app.appSecret), enter)
  await terminal.when('It is Courier.')
  await terminal.when('It has the permissions it needs.')
  await terminal.when(`choose "persistent connection" at ${feishu.baseUrl}/app/${feishu.app.appId}/event`)
  await terminal.when('Who may use it?', enter)
  await terminal.when('Ids of those who', enter)
  await terminal.when('Write this?', enter)
  await terminal.when('Start it now', key('down'), enter)
  expect(await terminal.ended).toBe(0)
  expect(terminal.seen()).not.toMatch(/canary|undefined/)
  expect(parseEnv(readFileSync(join(folder, '.env'), 'utf8'))).toEqual({
    LOCAL_MODEL_BASE_URL: local.baseUrl,
    LOCAL_MODEL: 'small',
    COMMERCIAL_MODEL_BASE_URL: commercial.baseUrl,
    COMMERCIAL_MODEL_API_KEY: 'canary-key',
    COMMERCIAL_MODEL: 'large',
    FEISHU_BASE_URL: feishu.baseUrl,
    FEISHU_APP_ID: feishu.app.appId,
    FEISHU_APP_SECRET: feishu.app.appSecret,
  })

  // Again, without either.
  using second = openTerminal(folder, {}, 'onboard')
  await second.when('Language', enter)
  await second.when('Keep small, large', key('down'), enter)
  await untilAddress(second)
  second.type(enter)
  await second.when('● small', enter)
  await second.when('Longest answer', enter)
  await second.when('Temperature', enter)
  await second.when('Keep this persona?', enter)
  await second.when('Where do people write', key('down'), key('space'), enter)
  await second.when('Who may use it?', enter)
  await second.when('Ids of those who', enter)
  await second.when('Write this into', enter)
  await second.when('Start it now', key('down'), enter)
  expect(await second.ended).toBe(0)
  const left = Object.entries(parseEnv(readFileSync(join(folder, '.env'), 'utf8'))).filter(([, value]) => value !== '')
  expect(Object.fromEntries(left)).toEqual({
    LOCAL_MODEL_BASE_URL: local.baseUrl,
    LOCAL_MODEL: 'small',
    FEISHU_BASE_URL: feishu.baseUrl,
  })
})
