import { expect, test } from 'vitest'
import { split } from './split.ts'

const rendered = (markdown: string): string => split(markdown).join('\n=====\n')

test.each([
  ['plain words stay as they are', 'Hello,\nworld', 'Hello,\nworld'],
  ['emphasis', '**b** *i* ***bi*** ~~s~~ `c`', '<b>b</b> <i>i</i> <i><b>bi</b></i> <s>s</s> <code>c</code>'],
  ['emphasis is not repeated inside itself', '# a **b** c', '<b>a b c</b>'],
  ['no tag stands around code', '**a `b` c**', '<b>a </b><code>b</code><b> c</b>'],
  ['what HTML reserves is escaped', 'a < b && c > "d"', 'a &lt; b &amp;&amp; c &gt; "d"'],
  ['raw HTML is text', 'a <b>x</b> <script>y</script>', 'a &lt;b&gt;x&lt;/b&gt; &lt;script&gt;y&lt;/script&gt;'],
  ['an HTML block is text', '<div>\nx\n</div>', '&lt;div&gt;\nx\n&lt;/div&gt;'],
  ['<br> is a new line', 'a<br>b<br/>c', 'a\nb\nc'],
  ['references stand for their characters', '&lt;&amp;&#65;&#x42;&unknown;', '&lt;&amp;AB&amp;unknown;'],
  ['references to no character', '&#0;&#xD800;&#9999999;', '\ufffd\ufffd\ufffd'],
  ['escaped characters', '\\*a\\* 1\\. b', '*a* 1. b'],
  [
    'headings are bold, close to what follows',
    '# One\n\ntext\n\nTwo\n---\ntext',
    '<b>One</b>\ntext\n\n<b>Two</b>\ntext',
  ],
  ['a rule', 'a\n\n---\n\nb', 'a\n\n———\n\nb'],
  ['links', '[a *b*](https://x.y/?a=1&b=2)', '<a href="https://x.y/?a=1&amp;b=2">a <i>b</i></a>'],
  ['links by reference', '[a][1]\n\n[1]: http://x.y', '<a href="http://x.y">a</a>'],
  ['a quote in an address', '[a](<http://x.y/"onclick="z>)', '<a href="http://x.y/&quot;onclick=&quot;z">a</a>'],
  ['an address Telegram would not open', '[a](javascript:alert) [b](file:///x) [c](/relative)', 'a b c'],
  [
    'links to Telegram and mail',
    '[a](tg://user?id=1) b@c.de',
    '<a href="tg://user?id=1">a</a> <a href="mailto:b@c.de">b@c.de</a>',
  ],
  [
    'images are links',
    '![alt](http://x.y/z.png) ![](http://x.y)',
    '<a href="http://x.y/z.png">alt</a> <a href="http://x.y">http://x.y</a>',
  ],
  ['an image in a link', '[![alt](http://i.j)](http://x.y)', '<a href="http://x.y">alt</a>'],
  ['lists', '- a\n- b\n  - c\n    - d\n- e', '• a\n• b\n    • c\n        • d\n• e'],
  ['numbered lists keep their numbers', '3. a\n4. b\n   1. c', '3. a\n4. b\n    1. c'],
  ['paragraphs of an item are moved in with it', '- a\n\n  b\n  c\n- d', '• a\n    b\n    c\n• d'],
  ['task lists', '- [ ] a\n- [x] b', '☐ a\n☑ b'],
  ['code in a list', '- a\n  ```\n  x\n  ```\n- ```\n  y\n  ```', '• a\n    <pre>x</pre>\n• \n<pre>y</pre>'],
  ['a fence with a language', '```c++ {1,2}\na < b\n```', '<pre><code class="language-c++">a &lt; b</code></pre>'],
  ['a language that is none', '```"><b>\nx\n```', '<pre>x</pre>'],
  ['a fence without an end', 'a\n```py\nx = 1\n', 'a\n\n<pre><code class="language-py">x = 1</code></pre>'],
  ['a link without an end', 'see [the docs](https://x.', 'see [the docs](<a href="https://x">https://x</a>.'],
  ['an emphasis without an end', 'this is **impor', 'this is **impor'],
  ['indented code', 'a\n\n    x\n      y', 'a\n\n<pre>x\n  y</pre>'],
  ['quotes', '> a\n> b\n\nc', '<blockquote>a\nb</blockquote>\n\nc'],
  ['quotes in quotes are one', '> a\n>> b', '<blockquote>a\n\nb</blockquote>'],
  [
    'code in a quote',
    '> **a** `b`\n> ```\n> c\n> ```',
    '<blockquote><b>a</b> <code>b</code>\n\n<pre>c</pre></blockquote>',
  ],
  ['half a surrogate pair', 'a\ud83d b', 'a\ufffd b'],
  ['null bytes', 'a\0b', 'ab'],
  ['Windows line ends', 'a\r\n\r\nb\rc', 'a\n\nb\nc'],
])('%s', (_, markdown, html) => {
  expect(rendered(markdown)).toBe(html)
})

test('tables are aligned, ideographs two columns wide', () => {
  const table = '| Name | Zahl | 备注 |\n|---|--:|:-:|\n| **Anna** | 7 | a \\| b |\n| 王 | 1000 | `x` |'
  expect(rendered(table)).toBe(
    '<pre>Name | Zahl | 备注\n-----+------+------\nAnna |    7 | a | b\n王   | 1000 |   x</pre>',
  )
})

test('one long cell does not widen the others', () => {
  const html = rendered(`|a|b|\n|-|-|\n|${'x'.repeat(500)}|y|\n|z|y|`)
  expect(html.split('\n').at(-1)).toBe(`z${' '.repeat(31)} | y</pre>`)
})
