import { expect, test } from 'vitest'
import { parseHtml } from './html.ts'

test('tags become entities over the text that is seen, counted in UTF-16 units', () => {
  expect(
    parseHtml('😀 <b>bold <i>both</i></b> &lt;&#128512;&gt; <a href="https://x.test/?a=1&amp;b=2">link</a>'),
  ).toEqual({
    text: '😀 bold both <😀> link',
    entities: [
      { type: 'bold', offset: 3, length: 9 },
      { type: 'italic', offset: 8, length: 4 },
      { type: 'text_link', offset: 18, length: 4, url: 'https://x.test/?a=1&b=2' },
    ],
  })
})

test('a code block takes its language from the code inside it', () => {
  const { entities } = parseHtml('<pre><code class="language-ts">let a = 1</code></pre>')
  expect(entities).toEqual([{ type: 'pre', offset: 0, length: 9, language: 'ts' }])
})

test('references it does not know and empty tags are harmless', () => {
  expect(parseHtml('a &nbsp; &amp <b></b>&#xD800;')).toEqual({ text: 'a &nbsp; &amp &#xD800;', entities: [] })
})

test.each([
  ['<h1>x</h1>', 'Unsupported start tag "h1" at byte offset 0'],
  ['é 1 < 2', 'Unsupported start tag "" at byte offset 5'],
  ['<b>x', 'Can\'t find end tag corresponding to start tag "b"'],
  ['<b><i>x</b></i>', 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'],
  ['x</b>', 'Unexpected end tag at byte offset 1'],
  ['<b', 'Unclosed start tag at byte offset 0'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
])('%s is refused with its place', (html, why) => {
  expect(() => parseHtml(html)).toThrow(`Bad Request: can't parse entities: ${why}`)
})
