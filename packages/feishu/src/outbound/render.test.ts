import { expect, test } from 'vitest'
import { split } from './split.ts'

const rendered = (markdown: string): string => split(markdown).join('\n=====\n')

test.each([
  ['plain words stay as they are', 'Hello,\nworld: 1 + 1 = 2!', 'Hello,\nworld: 1 + 1 = 2!'],
  ['emphasis', '**b** *i* __b__ _i_ ***bi*** ~~s~~ ~s~ `c`', '**b** *i* __b__ _i_ ***bi*** ~~s~~ ~~s~~ `c`'],
  [
    'headings are smaller, bold in them stays',
    '# One **b**\ntext\n## Two\n###### Six',
    '#### One **b**\n\ntext\n\n##### Two\n\n##### Six',
  ],
  ['underlined headings', 'One\n===\nTwo\n---', '#### One\n\n##### Two'],
  ['a mention is text', '<at id=all></at> hi', '&#60;at id=all>&#60;/at> hi'],
  [
    'a mention is text wherever it stands',
    '- **<at id=all>**\n> [<at id=all>](http://x.y)',
    '- **&#60;at id=all>**\n\n> [&#60;at id=all>](http://x.y)',
  ],
  ['a mention that is escaped', '\\<at id=all>', '&#60;at id=all>'],
  [
    'other tags are text',
    'a <font color=red>x</font> <text_tag>y</text_tag>',
    'a &#60;font color=red>x&#60;/font> &#60;text_tag>y&#60;/text_tag>',
  ],
  [
    'a block of HTML is text',
    '<div>\n`x` ![a](http://b) <at id=all>\n</div>',
    '&#60;div>\n&#96;x&#96; &#33;[a&#93;(http://b) &#60;at id=all>\n&#60;/div>',
  ],
  ['a comment is text', '<!-- x -->', '&#60;!-- x -->'],
  ['what begins no tag', 'a < 5, b<=3, <3, c <- d << 1', 'a < 5, b<=3, <3, c <- d << 1'],
  ['<br> is a new line', 'a<br>b<br/>c\n\n<br>\nd', 'a\nb\nc\n\nd'],
  ['references stay', '&lt;at&gt; &amp; &#65;', '&lt;at&gt; &amp; &#65;'],
  ['escaped characters', '\\*a\\* \\`b\\` 1\\. c:\\temp', '&#42;a&#42; &#96;b&#96; 1&#46; c:\\temp'],
  ['a back tick alone', 'a ` b', 'a &#96; b'],
  ['code keeps what is in it', '`<b>` ``a ` b`` `` `c` ``', '`<b>` ``a ` b`` `` `c` ``'],
  ['in code nobody is mentioned either', '`<at id=all></at>`', '`<\u200bat id=all><\u200b/at>`'],
  ['links', '[a *b*](https://x.y/?a=1&b=2 "title")', '[a *b*](https://x.y/?a=1&b=2)'],
  ['links by reference', '[a][1]\n\n[1]: http://x.y', '[a](http://x.y)'],
  ['addresses', 'see https://x.y/a_b, www.x.y', 'see https://x.y/a_b, www.x.y'],
  [
    'addresses in angle brackets',
    '<https://x.y/?a=1> <b@c.de>',
    '[https://x.y/?a=1](https://x.y/?a=1) [b@c.de](mailto:b@c.de)',
  ],
  ['an address in bold', '**http://x.y**', '**[http://x.y](http://x.y)**'],
  [
    'an address that would swallow a back tick',
    'http://x.y<b>`<at id=all>`',
    '[http://x.y](http://x.y)&#60;b>`<\u200bat id=all>`',
  ],
  ['brackets in an address', '[a](<http://x.y/(z)">)', '[a](http://x.y/%28z%29%22)'],
  [
    'an address Feishu would not open',
    '[a](javascript:alert) [b](file:///x) <javascript:c> [d](/e)',
    'a b javascript:c d',
  ],
  [
    'images are links',
    '![alt](http://x.y/z.png) ![](http://x.y) ![key](img_v3_1)',
    '[alt](http://x.y/z.png) [http://x.y](http://x.y) key',
  ],
  ['an image after an exclamation mark', 'Look!![alt](http://x.y)', 'Look&#33;[alt](http://x.y)'],
  ['an image in a link', '[![alt](http://i.j)](http://x.y)', '[alt](http://x.y)'],
  ['an image without an end', '![alt](http://x', '&#33;[alt&#93;(http://x'],
  ['lists, four spaces a level', '- a\n* b\n  - c\n    - d\n\n+ e', '- a\n\n- b\n    - c\n        - d\n\n- e'],
  ['numbered lists keep their numbers', '3. a\n4. b\n   1. c', '3. a\n4. b\n    1. c'],
  ['long numbers', '1000. a\n\n      b', '1000. a\n\n      b'],
  ['task lists', '- [ ] a\n- [x] b\n\n  c', '- ☐ a\n- ☑ b\n\n    c'],
  [
    'code in a list',
    '- a\n  ```js\n  x\n    y\n  ```\n- ```\n  z\n  ```',
    '- a\n\n    ```js\n    x\n      y\n    ```\n-   ```\n    z\n    ```',
  ],
  ['a list in a list at once', '- - a\n  - b', '-   - a\n    - b'],
  ['a fence with a language', '~~~c++ {1,2}\na < b\n~~~', '```c++\na < b\n```'],
  ['a language that is none', '```"><b>\nx\n```', '```\nx\n```'],
  ['a fence around a fence', '````\n```\nx\n```\n````', '````\n```\nx\n```\n````'],
  ['a fence without an end', 'a\n```py\nx = 1\n', 'a\n\n```py\nx = 1\n```'],
  ['indented code', 'a\n\n    <b>\n      y', 'a\n\n```\n<b>\n  y\n```'],
  ['quotes', '> a\n> b\n>\n> > c\n\nd', '> a\n> b\n>\n> > c\n\nd'],
  ['code in a quote', '> a\n> ```\n> b\n> ```', '> a\n>\n> ```\n> b\n> ```'],
  ['a rule', 'a\n\n***\n\nb', 'a\n\n---\n\nb'],
  ['half a surrogate pair', 'a\ud83d b', 'a\ufffd b'],
  ['null bytes', 'a\0b', 'ab'],
  ['Windows line ends', 'a\r\n\r\nb\rc', 'a\n\nb\nc'],
])('%s', (_, markdown, feishu) => {
  expect(rendered(markdown)).toBe(feishu)
})

test('a table stays a table', () => {
  const table = '| Name | Zahl |\n|---|--:|\n| **Anna** <b> | a \\| `b`<br>c |'
  expect(rendered(table)).toBe('| Name | Zahl |\n| --- | --: |\n| **Anna** &#60;b> | a \\| `b` c |')
})

test('a fourth table is drawn as code', () => {
  const parts = split(Array(4).fill('# T\n\n| a | b |\n|---|:-:|\n| 王 | `d` |').join('\n\n'))
  expect(parts).toEqual([
    `${'#### T\n\n| a | b |\n| --- | :-: |\n| 王 | `d` |\n\n'.repeat(3)}#### T\n\n\`\`\`\na  | b\n---+--\n王 | d\n\`\`\``,
  ])
})

test('a table in a list is drawn as code', () => {
  expect(rendered('- a\n\n  | b |\n  |---|\n  | c |')).toBe('- a\n\n    ```\n    b\n    -\n    c\n    ```')
})

test('what the lexer takes for no table is none for Feishu', () => {
  const columns = 60
  expect(rendered(`${'|a'.repeat(columns)}\n${'|-'.repeat(columns)}`)).not.toContain('|-')
})
