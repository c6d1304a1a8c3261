import { expect, test } from 'vitest'
import { readContent } from './content.ts'

const message = {
  message_id: 'om_1',
  chat_id: 'oc_1',
  chat_type: 'group',
  thread_id: undefined,
  root_id: undefined,
  parent_id: undefined,
  create_time: 0,
  mentions: [
    { key: '@_user_1', name: 'Bot', openId: 'ou_bot' },
    { key: '@_user_2', name: 'Tom', openId: 'ou_tom' },
  ],
  user_agent: undefined,
}

const contentOf = (message_type: string, content: unknown) =>
  readContent({ ...message, message_type, content: JSON.stringify(content) })

test.each([
  ['image', { image_key: 'img_1' }, { kind: 'image', id: 'img_1' }],
  ['file', { file_key: 'file_1', file_name: 'a.pdf' }, { kind: 'file', id: 'file_1', name: 'a.pdf' }],
  ['folder', { file_key: 'file_1', file_name: 'reports' }, { kind: 'file', id: 'file_1', name: 'reports' }],
  ['audio', { file_key: 'file_1', duration: 2000 }, { kind: 'audio', id: 'file_1' }],
  [
    'media',
    { file_key: 'file_1', image_key: 'img_1', file_name: 'a.mp4', duration: 2000 },
    { kind: 'video', id: 'file_1', name: 'a.mp4' },
  ],
  ['sticker', { file_key: 'file_1' }, { kind: 'sticker', id: 'file_1' }],
  ['location', { name: '北京', longitude: '116.4', latitude: '39.9' }, { kind: 'location', name: '北京' }],
  ['share_user', { user_id: 'ou_tom' }, { kind: 'contact', id: 'ou_tom' }],
  ['merge_forward', { content: 'Merged and Forwarded Message' }, { kind: 'other', name: 'forwarded messages' }],
])('a message of type %s is an attachment', (type, content, attachment) => {
  expect(contentOf(type, content)).toEqual({ text: '', attachments: [attachment] })
})

test('a text is its words, links as Markdown', () => {
  const text = '@_user_1 see [飞书](https://open.feishu.cn)'
  expect(contentOf('text', { text })).toEqual({ text, attachments: [] })
})

/** As the documentation shows what is received. */
const received = {
  title: '我是一个标题',
  content: [
    [
      { tag: 'text', text: '第一行 :', style: ['bold', 'underline'] },
      { tag: 'a', href: 'http://www.feishu.cn', text: '超链接', style: ['bold', 'italic'] },
      { tag: 'at', user_id: '@_user_1', user_name: '', style: [] },
    ],
    [{ tag: 'img', image_key: 'img_1' }],
    [
      { tag: 'text', text: ' both ', style: ['italic', 'lineThrough'] },
      { tag: 'emotion', emoji_type: 'SMILE' },
    ],
    [{ tag: 'hr' }],
    [{ tag: 'code_block', language: 'GO', text: 'func main() {}\n' }],
    [{ tag: 'media', file_key: 'file_1', image_key: 'img_2' }],
  ],
}

const asMarkdown = [
  '**我是一个标题**',
  '',
  '**第一行 :**[超链接](http://www.feishu.cn)@_user_1',
  '',
  ' ~~*both*~~ [SMILE]',
  '',
  '---',
  '```go',
  'func main() {}',
  '```',
  '',
].join('\n')

const files = [
  { kind: 'image', id: 'img_1' },
  { kind: 'video', id: 'file_1' },
]

test('rich text becomes Markdown, its pictures attachments', () => {
  expect(contentOf('post', received)).toEqual({ text: asMarkdown, attachments: files })
})

test('rich text as it is sent is read in one language', () => {
  const other = { title: 'another', content: [] }
  expect(contentOf('post', { en_us: other, zh_cn: received })?.text).toBe(asMarkdown)
  expect(contentOf('post', { ja_jp: other, en_us: received })?.text).toBe(asMarkdown)
  expect(contentOf('post', { ja_jp: received })?.text).toBe(asMarkdown)
})

test.each([
  ['a link that says its address', [{ tag: 'a', href: 'http://a', text: 'http://a' }], 'http://a'],
  ['a link without words', [{ tag: 'a', href: 'http://a', text: '' }], 'http://a'],
  ['a mention by open id', [{ tag: 'at', user_id: 'ou_tom' }], '@_user_2'],
  ['a mention of somebody unlisted', [{ tag: 'at', user_id: 'ou_x', user_name: 'Eve' }], '@Eve'],
  [
    'everybody',
    [
      { tag: 'at', user_id: 'all' },
      { tag: 'at', user_id: '@_all', user_name: 'Everyone' },
    ],
    '@_all@_all',
  ],
  ['Markdown', [{ tag: 'md', text: '**a**\n- b' }], '**a**\n- b'],
  [
    'code amid words',
    [
      { tag: 'text', text: 'a' },
      { tag: 'code_block', text: 'b' },
      { tag: 'text', text: 'c' },
    ],
    'a\n```\nb\n```\nc',
  ],
  ['code with a fence', [{ tag: 'code_block', text: '```\nb\n```' }], '````\n```\nb\n```\n````'],
  ['bold nothing', [{ tag: 'text', text: ' ', style: ['bold'] }], ' '],
  [
    'a tag of the future',
    [
      { tag: 'new', text: 'words' },
      { tag: 'newer', more: {} },
    ],
    'words',
  ],
  ['what cannot be read', [{ tag: 'text', text: {} }, { tag: 'text', text: 'a' }, null], 'a'],
])('in rich text, %s is written rightly', (_, paragraph, text) => {
  expect(contentOf('post', { title: '', content: [paragraph] })).toEqual({ text, attachments: [] })
})

test('of a card the words are read', () => {
  const elements = [
    [
      { tag: 'text', text: 'Deploy ' },
      { tag: 'a', href: 'http://ci', text: 'log' },
    ],
    [{ tag: 'img', image_key: 'img_1' }],
    [{ tag: 'button', text: 'Approve' }],
  ]
  const text = '**Build failed**\n\nDeploy [log](http://ci)\n\nApprove'
  expect(contentOf('interactive', { title: 'Build failed', elements })).toEqual({ text, attachments: [] })
  expect(
    contentOf('interactive', { title: null, elements: [{ tag: 'div' }, [{ tag: 'text', text: 'a' }]] })?.text,
  ).toBe('\na')
  expect(contentOf('interactive', { schema: '2.0', body: {} })).toEqual({ text: '', attachments: [] })
})
