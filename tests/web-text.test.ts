import { type Station, startStation } from '@waystation/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, reads, say, startBrowser, whole } from './browser.ts'

let browser: Awaited<ReturnType<typeof startBrowser>>
let station: Station

beforeAll(async () => {
  browser = await startBrowser()
  station = await startStation({
    processes: { 'gateway-web': 1, inference: 1, sender: 1 },
    model: { answer: answerTo },
  })
})

afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await station[Symbol.asyncDispose]()
})

/** What this model says: the piece it is asked for, else an echo. */
function answerTo(messages: { content: unknown }[]): string {
  const question = String(messages.at(-1)?.content)
  return pieces[question] ?? `re: ${question}`
}

const wide = `# A road\n\n| ${'station | '.repeat(12)}\n| ${'--- | '.repeat(12)}\n| ${'驿 | '.repeat(12)}\n\n\`\`\`js\nride(${'horse, '.repeat(60)})\n\`\`\`\n\n${'x'.repeat(400)}`

const rich = `# Title

3. **third**
4. [x] *fourth*

| left | right |
| --- | ---: |
| a<br>b | [link](https://elsewhere.test/) |

\`\`\`sh
npm start
\`\`\`

[later]

[later]: https://elsewhere.test/later`

const hostile = [
  '<script>window.broken = 1</script><img src=x onerror="window.broken = 2"><svg onload="window.broken = 3"></svg>',
  '[a](javascript:window.broken=4) [b](data:text/html,<script>window.broken=5</script>) ![c](https://elsewhere.test/c.png)',
  '<iframe srcdoc="<script>parent.broken = 6</script>"></iframe><a href="vbscript:x" onclick="window.broken = 7">d</a>',
  '```"><img src=x onerror=window.broken=8>\n</code></pre><script>window.broken = 9</script>\n```',
  '<style>body { display: none }</style><form action="https://elsewhere.test"><input name=q></form><base href="//elsewhere.test">',
  `[e]: javascript:window.broken=10\n[e] <math><mtext></form><form><mglyph><style></math><img src onerror=window.broken=11>`,
].join('\n\n')

const pieces: Record<string, string> = { wide, rich, hostile, deep: `${'>'.repeat(20_000)} deep` }

test('markdown in an answer is drawn as it is meant, and its code can be copied', async () => {
  const page = await browser.open(station, { permissions: ['clipboard-read', 'clipboard-write'] })
  await say(page, 'rich')
  await whole(page)
  const answer = page.locator('.answer .body')
  expect(await answer.locator('h1').textContent()).toBe('Title')
  expect(await answer.locator('ol[start="3"] > li').allInnerTexts()).toEqual(['third', '☑ fourth'])
  expect(await answer.locator('td[align=right]').count()).toBe(1)
  expect(await answer.locator('td').first().locator('br').count()).toBe(1)
  for (const name of ['link', 'later']) {
    const link = answer.getByRole('link', { name })
    expect(await link.evaluate(({ outerHTML }) => outerHTML)).toContain('target="_blank" rel="noopener noreferrer"')
  }
  await answer.getByRole('button', { name: 'Copy' }).click()
  await answer.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('npm start')
})

test('what people and models write is text, whatever it looks like', async () => {
  const page = await browser.open(station)
  const strange: string[] = []
  page.on('dialog', dialog => strange.push(dialog.message()))
  page.on('request', request => !request.url().startsWith(station.web) && strange.push(request.url()))
  page.on('console', message => message.type() === 'error' && strange.push(message.text()))
  await say(page, hostile)
  await whole(page)
  await say(page, 'hostile')
  await eventually(() => page.locator('.answer').count()).toBe(2)
  await whole(page)
  await page.reload()
  await eventually(() => page.locator('.answer').count()).toBe(2)
  await whole(page)
  expect(await page.evaluate('window.broken')).toBeUndefined()
  const dangerous = 'script, img, svg, iframe, style, form, input, base, math, [onclick], [onerror], [onload], [style]'
  expect(await page.locator('#log').locator(dangerous).count()).toBe(0)
  const addresses = await page
    .locator('#log a[href]')
    .evaluateAll(links => links.map(link => link.getAttribute('href')))
  expect(new Set(addresses)).toEqual(new Set(['https://elsewhere.test/c.png']))
  expect(await page.locator('#log').textContent()).toContain('<script>window.broken = 1</script>')
  expect(strange).toEqual([])
})

test('an answer that nests deeper than any parser can follow is shown as it was written', async () => {
  const page = await browser.open(station)
  await say(page, 'deep')
  await reads(page, 'deep', '>{20000} deep')
  await say(page, 'and then?')
  await reads(page, 'deep', '>{20000} deep', 'and then\\?', 're: and then?')
})

test('nothing is wider than a phone, and what is wide scrolls in its own frame', async () => {
  const page = await browser.open(station, { viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true })
  await say(page, 'wide')
  await page.locator('.code').waitFor()
  await whole(page)
  await say(page, 'y'.repeat(500))
  await reads(page, 'wide', '[^]*', 'y+', `re: ${'y'.repeat(500)}`)
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
  for (const frame of ['.code pre', '.wide']) {
    expect(await page.locator(frame).evaluate(box => box.scrollWidth > box.clientWidth)).toBe(true)
  }
})
