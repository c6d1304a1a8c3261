import { Telegram } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import { startTelegram } from './simulator.ts'

async function start() {
  const telegram = await startTelegram()
  onTestFinished(() => telegram[Symbol.asyncDispose]())
  const client = new Telegram(telegram.token, { apiRoot: telegram.apiRoot })
  const getUpdates = (fields: { offset?: number; limit?: number; timeout?: number } = {}) =>
    client.callApi('getUpdates', fields)
  return { telegram, client, getUpdates }
}

const textsOf = (updates: object[]) =>
  updates.map(update => ('message' in update ? (update.message as { text?: string }).text : ''))

test('updates stay until an offset above them confirms them', async () => {
  const { telegram, getUpdates } = await start()
  const chat = telegram.privateChat()
  for (const text of ['1', '2', '3']) chat.say(text)
  expect(textsOf(await getUpdates({ limit: 2 }))).toEqual(['1', '2'])
  const again = await getUpdates()
  expect(textsOf(again)).toEqual(['1', '2', '3'])
  expect(textsOf(await getUpdates({ offset: (again[1]?.update_id ?? 0) + 1 }))).toEqual(['3'])
  expect(telegram.unfinished().updates).toBe(1)
})

test('a poll that waits is answered by the next update', async () => {
  const { telegram, getUpdates } = await start()
  const polled = getUpdates({ timeout: 50 })
  await expect.poll(() => telegram.calls.length).toBe(1)
  expect(telegram.unfinished().calls).toBe(0)
  telegram.privateChat().say('hi')
  expect(textsOf(await polled)).toEqual(['hi'])
})

test('two polls do not go together, nor do a poll and a webhook', async () => {
  const { telegram, client, getUpdates } = await start()
  const first = getUpdates({ timeout: 50 }).catch((error: unknown) => error)
  await expect.poll(() => telegram.calls.length).toBe(1)
  expect(await getUpdates()).toEqual([])
  expect(await first).toMatchObject({
    code: 409,
    description: expect.stringContaining('terminated by other getUpdates request'),
  })
  await client.setWebhook('https://example.test/hook')
  await expect(getUpdates()).rejects.toMatchObject({ code: 409 })
  await client.deleteWebhook()
  expect(await getUpdates()).toEqual([])
})

test('setting a webhook ends the poll that waits', async () => {
  const { telegram, client, getUpdates } = await start()
  const polled = getUpdates({ timeout: 50 }).catch((error: unknown) => error)
  await expect.poll(() => telegram.calls.length).toBe(1)
  await client.setWebhook('https://example.test/hook')
  expect(await polled).toMatchObject({ code: 409 })
})
