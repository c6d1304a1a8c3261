import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

test.concurrent('an answer is written anew once, however often its button is pressed, and takes the place of the old one', async () => {
  let answers = 0
  await using station = await startStation({
    telegram: 'none',
    feishu: {},
    model: { answer: () => `answer ${++answers}` },
  })
  const { feishu, model } = station
  const chat = feishu.p2p()
  const lastPrompt = () =>
    model.requests
      .at(-1)
      ?.messages.slice(1)
      .map(({ content }) => content)
  for (const question of ['first', 'second']) {
    chat.say(question)
    await station.settled()
  }
  const [older, latest] = feishu.sent.map(({ messageId }) => messageId)
  const press = (card = '') => feishu.press(card, 'Regenerate')

  const answered = await Promise.all([press(latest), press(latest), press(latest)])
  expect(answered.map(({ toast }) => toast?.type)).toEqual(['info', 'info', 'info'])
  await station.settled()
  await press(latest)
  await station.settled()
  expect(feishu.texts(chat)).toEqual(['answer 1', 'answer 2', 'answer 3'])
  expect(feishu.sent.at(-1)?.replyTo).toBe(latest)
  expect(lastPrompt()).toEqual(['first', 'answer 1', 'second'])

  chat.say('third')
  await station.settled()
  expect(lastPrompt()).toEqual(['first', 'answer 1', 'second', 'answer 3', 'third'])
  await press(older)
  await station.settled()
  expect(feishu.texts(chat).slice(4)).toEqual([expect.stringMatching(/^Only the latest answer/)])
  expect(model.requests).toHaveLength(4)
})

test.concurrent('every person has one vote on an answer, and may change it; a new conversation forgets the old one', async () => {
  await using station = await startStation({ telegram: 'none', feishu: { mode: 'websocket' } })
  const { feishu, model } = station
  const [group, elsewhere] = [feishu.group(), feishu.p2p()]
  for (const chat of [group, elsewhere]) chat.say('my secret')
  await station.settled()
  const card = feishu.sent.find(({ chat }) => chat === group.id)?.messageId ?? ''
  const press = (button: string, from: string) => feishu.press(card, button, { from })
  const votes = async () => {
    const metrics = await station.metrics()
    return ['up', 'down'].map(vote => metrics.sum('waystation_votes_total', { vote }))
  }
  const thanked = await Promise.all([press('👍', 'ou_anna'), press('👍', 'ou_anna'), press('👍', 'ou_bob')])
  expect(thanked.map(({ toast }) => toast?.type)).toEqual(['success', 'success', 'success'])
  expect(await votes()).toEqual([2, 0])
  await press('👎', 'ou_anna')
  await press('👎', 'ou_anna')
  expect(await votes()).toEqual([2, 1])

  await press('New conversation', 'ou_anna')
  await station.settled()
  expect(feishu.texts(group).at(-1)).toMatch(/^A new conversation\./)
  const asked = async (chat: typeof group | typeof elsewhere) => {
    chat.say('what was it?')
    await station.settled()
    return JSON.stringify(model.requests.at(-1)?.messages)
  }
  expect(await asked(group)).not.toContain('my secret')
  expect(await asked(elsewhere)).toContain('my secret')
  expect(feishu.texts(group)).toHaveLength(3)
})

test.concurrent('whoever may not use the bot is told so, and a button does nothing for them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'waystation-'))
  await using _removed = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
  const config = join(folder, 'waystation.yaml')
  await writeFile(config, 'access:\n  allow: [ou_anna]\n')
  await using station = await startStation({ telegram: 'none', feishu: {}, env: { WAYSTATION_CONFIG: config } })
  const { feishu, model } = station
  const group = feishu.group()
  group.say('hello', { from: { openId: 'ou_mallory' } })
  feishu.p2p({ openId: 'ou_eve' }).say('hello')
  await station.settled()
  expect(feishu.sent).toEqual([])
  group.say('hello', { from: { openId: 'ou_anna' } })
  await station.settled()
  const [answer] = feishu.sent
  for (const button of answer?.buttons ?? []) {
    const { toast } = await feishu.press(answer?.messageId ?? '', button, { from: 'ou_mallory' })
    expect({ button, toast }).toMatchObject({ button, toast: { type: 'warning', content: 'You may not use this bot' } })
  }
  await station.settled()
  expect(answer?.buttons).toHaveLength(4)
  expect(feishu.sent).toHaveLength(1)
  expect(model.requests).toHaveLength(1)
  const metrics = await station.metrics()
  expect(metrics.sum('waystation_votes_total')).toBe(0)
  expect(metrics.sum('waystation_messages_rejected_total', { reason: 'not_allowed' })).toBe(6)
})
