import { type FeishuAppOptions, startFeishu } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import { feishuApiOnce } from '../api.ts'
import { missingScopes } from './scopes.ts'

async function missing(app: FeishuAppOptions): Promise<string[]> {
  await using feishu = await startFeishu({ apps: [app] })
  const api = feishuApiOnce({ ...feishu.app, baseUrl: feishu.baseUrl })
  onTestFinished(api.close)
  return (await missingScopes(api)).map(({ scope }) => scope)
}

test('an app lacks what nobody granted it, unless it has a scope that allows more', async () => {
  expect(await missing({})).toEqual([])
  expect(await missing({ scopes: ['im:message', 'im:message.p2p_msg:readonly', 'cardkit:card:write'] })).toEqual([
    'im:message.group_at_msg:readonly',
  ])
  expect(await missing({ scopes: [] })).toHaveLength(5)
})

test('credentials that are wrong are told as such', async () => {
  await using feishu = await startFeishu()
  const api = feishuApiOnce({ ...feishu.app, baseUrl: feishu.baseUrl, appSecret: 'wrong' })
  onTestFinished(api.close)
  await expect(missingScopes(api)).rejects.toMatchObject({ name: 'AppRefused' })
})
