import { expect, test } from 'vitest'
import { parseEvent } from './parse.ts'

const arrival = {
  appId: 'cli_1',
  bot: { openId: 'ou_bot', name: 'Bot' },
  receivedAt: 1_700_000_001_000,
  traceId: 'f00d',
}
const value = { do: 'retry', conversation: 'feishu.cli_1.oc_1.omt_1', replyId: 'r1' }

const pressed = (button: unknown, context: object = {}) => ({
  schema: '2.0',
  header: { event_id: 'e1', event_type: 'card.action.trigger', create_time: '1603977298000000', app_id: 'cli_1' },
  event: {
    operator: { tenant_key: 't', user_id: null, union_id: 'on_ann', open_id: 'ou_ann' },
    token: 'c-1',
    action: { value: button, tag: 'button', timezone: 'Asia/Shanghai' },
    host: 'im_message',
    context: { open_message_id: 'om_card', open_chat_id: 'oc_1', ...context },
  },
})
const press = (button: unknown, language?: string) =>
  parseEvent(pressed(button), { ...arrival, ...(language === undefined ? {} : { language }) })

const command = {
  conversation: 'feishu.cli_1.oc_1.omt_1',
  sender: { id: 'ou_ann', language: 'zh-CN' },
  attachments: [],
  mentions: [],
  addressed: 'command',
  sentAt: 1_603_977_298_000,
  receivedAt: 1_700_000_001_000,
  traceId: 'f00d',
}

test('"try again" is the command, in reply to the answer, and counts once per card', () => {
  const retry = {
    ...command,
    id: 'om_card.retry',
    text: '/retry',
    command: 'retry',
    replyTo: { id: 'r1', toBot: true },
  }
  expect(press(value, 'zh-CN')).toMatchObject({ messages: [retry], ignored: [] })
  expect(press(JSON.stringify(value), 'zh-CN').messages).toEqual([retry])
})

test('"new conversation" is the command, each time it is pressed', () => {
  const reset = { ...command, id: 'om_card.reset.e1', text: '/reset', command: 'reset' }
  expect(press({ ...value, do: 'reset' }, 'zh-CN').messages).toEqual([reset])
})

test.each(['up', 'down'])('a thumb %s is a vote', vote => {
  const received = press({ ...value, do: vote })
  expect(received.messages).toEqual([])
  expect(received.votes).toEqual([{ conversation: value.conversation, replyId: 'r1', voter: 'ou_ann', vote }])
})

test.each([
  ['retry', false, 'en', { type: 'info', content: 'Trying again' }],
  ['retry', false, 'zh-CN', { type: 'info', content: '正在重试' }],
  ['reset', false, undefined, { type: 'success', content: 'A new conversation' }],
  ['up', false, 'zh', { type: 'success', content: '感谢您的反馈' }],
  ['down', false, 'ja', { type: 'success', content: 'Thank you' }],
  ['retry', true, 'en', { type: 'warning', content: 'You may not use this bot' }],
  ['up', true, 'zh-CN', { type: 'warning', content: '您无权使用' }],
])('whoever pressed "%s" (refused: %s, speaking %s) is told so', (what, refused, language, said) => {
  const answer = press({ ...value, do: what }, language).answer?.(refused)
  const i18n = { zh_cn: expect.any(String), en_us: expect.any(String) }
  expect(answer).toEqual({ toast: { ...said, i18n } })
})

test.each([
  ['another app', pressed({ ...value, conversation: 'feishu.cli_2.oc_1' })],
  ['another chat', pressed({ ...value, conversation: 'feishu.cli_1.oc_2' })],
  ['another channel', pressed({ ...value, conversation: 'telegram.cli_1.oc_1' })],
  ['a card that was forwarded', pressed(value, { open_chat_id: 'oc_2' })],
  ['somebody else’s card', pressed({ k: 'v' })],
  ['a card without values', pressed(undefined)],
])('a button of %s does nothing', (_, event) => {
  expect(() => parseEvent(JSON.parse(JSON.stringify(event)), arrival)).toThrow(
    expect.objectContaining({ reason: 'bad_button' }),
  )
})

test('without a card there is no event', () => {
  const event = pressed(value, { open_message_id: undefined })
  expect(() => parseEvent(JSON.parse(JSON.stringify(event)), arrival)).toThrow(
    expect.objectContaining({ reason: 'bad_event' }),
  )
})
