import { expect, test } from 'vitest'
import { appsOf, feishuConfig, languageOf } from './config.ts'

const id = 'cli_0123456789abcdef'
const other = { appId: 'cli_fedcba9876543210', appSecret: 'the-other-secret', encryptKey: 'key' }
const faultsOf = (env: object) => feishuConfig.safeParse(env).error?.issues.map(({ message }) => message) ?? []

test('one app by its own variables, more by a list, each once', () => {
  const one = { FEISHU_APP_ID: id, FEISHU_APP_SECRET: 'secret', FEISHU_VERIFICATION_TOKEN: 'token' }
  expect(appsOf(feishuConfig.parse({}))).toEqual([])
  expect(appsOf(feishuConfig.parse(one))).toMatchObject([
    { appId: id, verificationToken: 'token', baseUrl: 'https://open.feishu.cn' },
  ])
  const both = { ...one, FEISHU_APPS: JSON.stringify([other, { appId: id, appSecret: 'older' }]) }
  expect(appsOf(feishuConfig.parse(both)).map(({ appId, appSecret }) => [appId, appSecret])).toEqual([
    [other.appId, 'the-other-secret'],
    [id, 'secret'],
  ])
})

test.each([
  [{ FEISHU_APP_ID: 'cli_short' }, /cli_a1b2/],
  [{ FEISHU_APPS: '{' }, /a JSON list/],
  [{ FEISHU_APPS: '[]' }, /a JSON list/],
  [{ FEISHU_APPS: JSON.stringify([{ ...other, appSecret: 7 }]) }, /wrong at 0\.appSecret/],
  [{ FEISHU_BASE_URL: 'http://open.feishu.cn' }, /https/],
  [{ FEISHU_REPLY_STYLE: 'cards' }, /card or text/],
])('%j is told in words, without what was written', (env, expected) => {
  expect(faultsOf(env)).toEqual([expect.stringMatching(expected)])
  expect(faultsOf(env).join()).not.toContain(other.encryptKey)
})

test('people are spoken to as where their platform is', () => {
  const at = (baseUrl: string) => languageOf({ appId: id, appSecret: 's', baseUrl })
  expect([at('https://open.feishu.cn'), at('https://open.larksuite.com'), at('http://127.0.0.1:1')]).toEqual([
    'zh-CN',
    'en',
    undefined,
  ])
})
