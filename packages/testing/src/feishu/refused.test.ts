import { expect, test } from 'vitest'
import { card, cardJson, inTheFuture, post, startWithBot, text } from './bot.ts'

type Bot = Awaited<ReturnType<typeof startWithBot>>

const table = '| a | b |\n| --- | --- |\n| 1 | 2 |\n'

test.each<[string, number, string, (bot: Bot) => object]>([
  ['an empty text', 230001, 'text content is empty', () => text('')],
  ['content that is no JSON', 230001, 'not a string in json format', () => ({ msg_type: 'text', content: '{' })],
  ['content that is an object', 230001, 'must be strings', () => ({ msg_type: 'text', content: { text: 'x' } })],
  ['an unknown type', 230001, 'invalid msg_type', () => ({ msg_type: 'poem', content: '{}' })],
  ['a post without a language', 230001, 'post', () => ({ msg_type: 'post', content: '{"title":"","content":[[]]}' })],
  ['a uuid of 51 characters', 230001, 'uuid', () => ({ ...text('x'), uuid: 'u'.repeat(51) })],
  ['a text above 150 KB', 230025, 'length', () => text('字'.repeat(52_000))],
  ['a post above 30 KB', 230025, 'length', () => post([{ tag: 'md', text: 'x'.repeat(31_000) }])],
  ['a card above 30 KB', 230025, 'length', () => card(cardJson('x'.repeat(31_000)))],
  ['a card that is no JSON', 230099, 'ErrCode: 200621;', () => ({ msg_type: 'interactive', content: '{' })],
  ['a tag of cards 1.0', 230099, 'ErrCode: 200861;', () => card(cardJson('x', { more: [{ tag: 'note' }] }))],
  [
    'four tables',
    230099,
    'ext=ErrCode: 11310; ErrMsg: card table number over limit',
    () => card(cardJson([table, table, table, table].join('\n'))),
  ],
  ['an image by address', 230099, 'ErrCode: 200570;', () => card(cardJson('![x](https://x.test/x.png)'))],
])('%s is refused with %i', async (_, code, words, fields) => {
  const bot = await startWithBot()
  const chat = bot.feishu.p2p()
  expect(await bot.send(chat.id, fields(bot))).toMatchObject({ status: 400, code, msg: expect.stringContaining(words) })
  expect(bot.feishu.texts(chat)).toEqual([])
  expect(bot.feishu.calls.at(-1)).toMatchObject({ endpoint: 'send', chat: chat.id, status: 400, code })
})

test.each([
  ['three tables', [table, table, table].join('\n')],
  ['tables in a code block', `\`\`\`\n${table.repeat(5)}\n\`\`\``],
  ['an uploaded image', '![x](img_v2_123)'],
  ['an image in code', 'write `![x](https://x.test)`'],
])('%s are shown', async (_, markdown) => {
  const { feishu, send } = await startWithBot()
  expect(await send(feishu.p2p().id, card(cardJson(markdown)))).toMatchObject({ status: 200, code: 0 })
})

test.each<[string, number, (bot: Bot) => Promise<{ code: number }>]>([
  ['an unknown chat', 230034, ({ send }) => send('oc_0', text('x'))],
  [
    'a receiver of no kind',
    230001,
    ({ call }) => call('POST', '/im/v1/messages?receive_id_type=name', { receive_id: 'x' }),
  ],
  [
    'nobody',
    230001,
    ({ call }) => call('POST', '/im/v1/messages?receive_id_type=chat_id', { ...text('x'), receive_id: '' }),
  ],
  [
    'a group the bot was removed from',
    230002,
    ({ feishu, send }) => {
      const group = feishu.group()
      group.shut()
      return send(group.id, text('x'))
    },
  ],
  ['a group of another bot', 230002, ({ feishu, send }) => send(feishu.group({ members: [] }).id, text('x'))],
  [
    'a person who stopped the bot',
    230053,
    ({ feishu, send }) => {
      const chat = feishu.p2p()
      chat.shut()
      return send(chat.id, text('x'))
    },
  ],
  ['a message id of no kind', 230001, ({ reply }) => reply('17', text('x'))],
  ['a message nobody wrote', 99992354, ({ reply }) => reply('om_0', text('x'))],
  [
    'a message that was recalled',
    230011,
    ({ feishu, reply }) => {
      const chat = feishu.p2p()
      const { message_id: id } = chat.say('hi').event.message
      chat.recall(id)
      return reply(id, text('x'))
    },
  ],
  [
    'a topic where there are none',
    230071,
    ({ feishu, reply }) => {
      const said = feishu.group({ takesThreads: false }).say('hi')
      return reply(said.event.message.message_id, { ...text('x'), reply_in_thread: true })
    },
  ],
  [
    'an edit of a card',
    230054,
    async ({ feishu, call, send }) => {
      const { data } = await send(feishu.p2p().id, card(cardJson('x')))
      return call('PUT', `/im/v1/messages/${data.message_id}`, text('y'))
    },
  ],
  [
    "the recall of a person's message",
    230071,
    ({ feishu, call }) => call('DELETE', `/im/v1/messages/${feishu.p2p().say('hi').event.message.message_id}`),
  ],
  [
    'a reaction to nothing',
    231003,
    ({ call }) => call('POST', '/im/v1/messages/om_0/reactions', { reaction_type: { emoji_type: 'OK' } }),
  ],
  [
    'a reaction outside',
    231002,
    ({ feishu, call }) => {
      const group = feishu.group()
      const { message_id: id } = group.say('hi').event.message
      group.shut()
      return call('POST', `/im/v1/messages/${id}/reactions`, { reaction_type: { emoji_type: 'OK' } })
    },
  ],
])('%s is refused with %i', async (_, code, attempt) => {
  expect(await attempt(await startWithBot())).toMatchObject({ status: 400, code })
})

test.each([
  ['no token', {}, 99991661],
  ['half a token', { authorization: 'Bearer 17' }, 99991671],
  ['an unknown token', { authorization: 'Bearer t-17' }, 99991663],
])('%s is refused with its code', async (_, headers, code) => {
  const { feishu } = await startWithBot()
  const answer = await fetch(`${feishu.baseUrl}/open-apis/bot/v3/info`, { headers })
  expect(answer.headers.get('x-tt-logid')).toMatch(/^\w{32}$/)
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { code, msg: expect.any(String), error: { log_id: expect.any(String) } },
  ])
  expect(feishu.calls).toMatchObject([{ endpoint: 'bot', app: '', code }])
})

test('an app without the scope is told which', async () => {
  const { feishu, call, send } = await startWithBot({ apps: [{ scopes: ['im:message:send_as_bot'] }] })
  const chat = feishu.p2p()
  expect((await send(chat.id, text('x'))).code).toBe(0)
  const made = await call('POST', '/cardkit/v1/cards', { type: 'card_json', data: JSON.stringify(cardJson('x')) })
  expect(made).toMatchObject({ status: 400, code: 99991672, msg: expect.stringContaining('[cardkit:card:write]') })
})

test('a token is the same until half an hour of its two is left, and then both work', async () => {
  const { feishu } = await startWithBot()
  const { appId: app_id, appSecret: app_secret } = feishu.app
  const ask = async () => {
    const body = JSON.stringify({ app_id, app_secret })
    const path = '/open-apis/auth/v3/tenant_access_token/internal'
    const answer = await fetch(feishu.baseUrl + path, { method: 'POST', body })
    // What the platform documents.
    return (await answer.json()) as { code: number; tenant_access_token: string; expire: number }
  }
  const use = async ({ tenant_access_token: token }: { tenant_access_token: string }) => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${feishu.baseUrl}/open-apis/bot/v3/info`, { headers })
    return (await answer.json()) as { code: number }
  }
  const minutes = 60_000
  const first = await ask()
  expect(first).toEqual({ code: 0, msg: 'ok', tenant_access_token: expect.stringMatching(/^t-/), expire: 7200 })
  inTheFuture(89 * minutes)
  expect((await ask()).tenant_access_token).toBe(first.tenant_access_token)
  inTheFuture(2 * minutes)
  const second = await ask()
  expect(second.tenant_access_token).not.toBe(first.tenant_access_token)
  expect([await use(first), await use(second)]).toMatchObject([{ code: 0 }, { code: 0 }])
  inTheFuture(30 * minutes)
  expect([await use(first), await use(second)]).toMatchObject([{ code: 99991663 }, { code: 0 }])
})

test('wrong credentials, broken JSON and addresses without anything', async () => {
  const { feishu } = await startWithBot()
  const ask = async (path: string, body: string) => {
    const answer = await fetch(feishu.baseUrl + path, { method: 'POST', body })
    return { status: answer.status, ...(answer.status === 404 ? {} : ((await answer.json()) as object)) }
  }
  const path = '/open-apis/auth/v3/tenant_access_token/internal'
  const { appId } = feishu.app
  expect(await ask(path, JSON.stringify({ app_id: appId, app_secret: 'x' }))).toMatchObject({
    status: 400,
    code: 10014,
  })
  expect(await ask(path, JSON.stringify({ app_id: 'cli_x', app_secret: 'x' }))).toMatchObject({ code: 10003 })
  expect(await ask(path, '{')).toMatchObject({ code: 9499 })
  expect(await ask('/open-apis/im/v1/poems', '{}')).toEqual({ status: 404 })
})
