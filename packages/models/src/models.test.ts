import type { Inquiry } from '@waystation/domain'
import { close, connect, startTestRedis } from '@waystation/redis'
import { startModel } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import { modelConfig } from './config.ts'
import { createModels } from './models.ts'
import { modelSettings } from './settings.ts'

const events = {
  routed: () => {},
  cacheAsked: () => {},
  modelAnswered: () => {},
  modelFailed: () => {},
  breakerOpened: () => {},
  breakerClosed: () => {},
  charged: () => {},
}

const inquiry = (text: string): Inquiry => ({
  conversation: 'telegram.1.2',
  traceId: 'trace',
  sender: { id: '7' },
  senders: [],
  texts: [text],
  hasAttachments: false,
  isPrivate: false,
  persona: { name: 'default', prompt: '' },
  isFresh: false,
  isAgain: false,
  promptFor: () => [{ role: 'user', content: text }],
})

async function start(env: Record<string, string>, settings: object = {}, keys = env) {
  const server = await startTestRedis()
  const redis = await connect(server.url, 'commands')
  const config = modelConfig.parse(env)
  const keyOf = (name: string) => keys[name]
  const models = await createModels({ config, settings: modelSettings.parse(settings), keyOf, redis, events })
  onTestFinished(async () => {
    models.close()
    await close(redis)
    await server.stop()
  })
  async function routeOf(text: string) {
    for await (const { route } of models.model.complete(inquiry(text), new AbortController().signal)) return route
    return expect.unreachable()
  }
  return { models, routeOf }
}

test('business goes to the commercial model, the rest to the local one, and neither key nor address is shown whole', async () => {
  await using local = await startModel({ model: 'little' })
  await using commercial = await startModel({ model: 'large', apiKey: 'secret-canary' })
  const { models, routeOf } = await start({
    LOCAL_MODEL_BASE_URL: local.baseUrl,
    LOCAL_MODEL: 'little',
    COMMERCIAL_MODEL_BASE_URL: commercial.baseUrl,
    COMMERCIAL_MODEL: 'large',
    COMMERCIAL_MODEL_API_KEY: 'secret-canary',
  })
  expect(await routeOf('Please review the contract with our supplier')).toMatchObject({
    tier: 'commercial',
    model: 'large',
  })
  expect(await routeOf('good morning!')).toMatchObject({ tier: 'local', model: 'little' })
  expect(models.state()).toMatch(/^little \(local, 127\.0\.0\.1:\d+\), large \(commercial, /)
  expect(models.state()).not.toContain('canary')
  expect(models.roomAtHome()).toBe(8192 - 400)
})

test('endpoints of the settings have their keys from the variables they name, and change with the settings', async () => {
  await using one = await startModel({ model: 'one', apiKey: 'key of one' })
  await using other = await startModel({ model: 'other' })
  const endpoint = (name: string, { baseUrl }: { baseUrl: string }, more = {}) => ({
    name,
    tier: 'local',
    baseUrl,
    model: name,
    ...more,
  })
  const { models, routeOf } = await start(
    {},
    { models: { endpoints: [endpoint('one', one, { apiKeyEnv: 'ONE_KEY' })] } },
    { ONE_KEY: 'key of one' },
  )
  expect(await routeOf('hi')).toMatchObject({ model: 'one' })
  await models.use(modelSettings.parse({ models: { endpoints: [endpoint('other', other)] } }))
  expect(await routeOf('hi')).toMatchObject({ model: 'other' })
})

test('without any model the responder answers, and no summary is asked of it', async () => {
  const { models, routeOf } = await start({})
  expect(await routeOf('hi')).toMatchObject({ tier: 'local', model: 'built-in' })
  expect(models.roomAtHome()).toBeUndefined()
})

test('every half of a configuration is asked for its other half', () => {
  const faults = (env: Record<string, string>) => modelConfig.safeParse(env).error?.issues.map(issue => issue.path[0])
  expect(faults({ LOCAL_MODEL: 'x' })).toEqual(['LOCAL_MODEL_BASE_URL'])
  expect(faults({ LOCAL_MODEL_BASE_URL: 'http://localhost:1/v1' })).toEqual(['LOCAL_MODEL'])
  expect(faults({ COMMERCIAL_MODEL: 'x' })).toEqual(['COMMERCIAL_MODEL_API_KEY'])
  expect(faults({ COMMERCIAL_MODEL_API_KEY: 'x' })).toEqual(['COMMERCIAL_MODEL'])
  expect(faults({ LOCAL_MODEL: 'x', LOCAL_MODEL_BASE_URL: 'nonsense' })).toContain('LOCAL_MODEL_BASE_URL')
})
