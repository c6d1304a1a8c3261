import { type FeishuAppOptions, startFeishu } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import { feishuApiOnce } from '../api.ts'
import { readSubscriptions } from './subscriptions.ts'

async function subscriptions(app: FeishuAppOptions) {
  await using feishu = await startFeishu({ apps: [app] })
  const api = feishuApiOnce({ ...feishu.app, baseUrl: feishu.baseUrl })
  onTestFinished(api.close)
  return await readSubscriptions(api)
}

test('what an app is told, and where to', async () => {
  expect(await subscriptions({})).toEqual({ missing: [], addresses: [], mode: 'websocket' })
  const requestUrl = 'https://bot.example.com/webhooks/feishu'
  expect(await subscriptions({ events: [], callbacks: [], requestUrl })).toEqual({
    missing: [
      { name: 'im.message.receive_v1', isVital: true },
      { name: 'card.action.trigger', isVital: false },
    ],
    addresses: [requestUrl],
    mode: 'webhook',
  })
})

test('an app without the scope is not told', async () => {
  await expect(subscriptions({ scopes: ['im:message'] })).rejects.toMatchObject({ code: 'feishu_99991672' })
})
