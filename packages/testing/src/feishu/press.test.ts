import { expect, test } from 'vitest'
import { button, byReference, card, cardJson, startListening as start } from './bot.ts'

test('a press sends the value of the button that is there now, and returns the answer', async () => {
  const { feishu, call, send, events, answers } = await start()
  const chat = feishu.p2p()
  const json = cardJson('…', { more: [button('Stop', { stop: 'r1' })] })
  const made = await call('POST', '/cardkit/v1/cards', { type: 'card_json', data: JSON.stringify(json) })
  const { data } = await send(chat.id, byReference(made.data.card_id))
  const id = String(data.message_id)
  const answer = { toast: { type: 'info', content: '好' } }
  answers.push({ body: JSON.stringify(answer) })
  expect(await feishu.press(id, 'Stop')).toEqual(answer)
  expect(await feishu.press(id, { stop: 'r1' }, { from: 'ou_2' })).toEqual({})
  expect(events[0]).toMatchObject({
    header: { event_type: 'card.action.trigger', create_time: expect.stringMatching(/^\d{16}$/) },
    event: {
      operator: { open_id: chat.openId },
      token: expect.stringMatching(/^c-/),
      action: { value: { stop: 'r1' }, tag: 'button' },
      host: 'im_message',
      context: { open_message_id: id, open_chat_id: chat.id },
    },
  })
  expect(events[1]).toMatchObject({ event: { operator: { open_id: 'ou_2' } } })

  await expect(feishu.press(id, 'Go')).rejects.toThrow('no button "Go"')
  const body = { card: { type: 'card_json', data: JSON.stringify(cardJson('done')) }, sequence: 1 }
  await call('PUT', `/cardkit/v1/cards/${made.data.card_id}`, body)
  await expect(feishu.press(id, 'Stop')).rejects.toThrow('no button "Stop"')
  await expect(feishu.press('om_0', 'Stop')).rejects.toThrow('no message')
})

test('the card in an answer takes the place of the one that was pressed; a bad answer is told', async () => {
  const { feishu, send, answers } = await start()
  const chat = feishu.p2p()
  const { data } = await send(chat.id, card(cardJson('ask', { more: [button('Yes', 'yes')] })))
  const id = String(data.message_id)
  answers.push(
    { status: 500 },
    { body: 'no' },
    { body: JSON.stringify({ card: { type: 'raw', data: cardJson('thanks') } }) },
  )
  await expect(feishu.press(id, 'Yes')).rejects.toThrow('the bot answered 500')
  await expect(feishu.press(id, 'Yes')).rejects.toThrow('no object')
  await feishu.press(id, 'yes')
  expect(feishu.texts(chat)).toEqual(['thanks'])
  expect(feishu.pushes.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
})
