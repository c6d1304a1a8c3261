import { type Station, startStation } from '@waystation/testing'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

/** Nothing that a browser does by itself, such as asking its maker for updates. */
const quietly =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'
const services = { 'gateway-web': 1, inference: 1, sender: 1 }

let browser: Browser
let station: Station

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quietly.split(' ') })
  station = await startStation({ processes: services, model: { answer: messages => reciteOr(lastOf(messages)) } })
})

afterAll(async () => {
  await browser.close()
  await station[Symbol.asyncDispose]()
})

const wide = `# A road\n\n| ${'station | '.repeat(12)}\n| ${'--- | '.repeat(12)}\n| ${'驿 | '.repeat(12)}\n\n\`\`\`js\nride(${'horse, '.repeat(60)})\n\`\`\`\n\n${'x'.repeat(400)}`
const hostile = [
  '<script>window.broken = 1</script><img src=x onerror="window.broken = 2"><svg onload="window.broken = 3"></svg>',
  '[a](javascript:window.broken=4) [b](data:text/html,<script>window.broken=5</script>) ![c](https://elsewhere.test/c.png)',
  '<iframe srcdoc="<script>parent.broken = 6</script>"></iframe><a href="vbscript:x" onclick="window.broken = 7">d</a>',
  '```"><img src=x onerror=window.broken=8>\n</code></pre><script>window.broken = 9</script>\n```',
  '<style>body { display: none }</style><form action="https://elsewhere.test"><input name=q></form><base href="//elsewhere.test">',
  `[e]: javascript:window.broken=10\n[e] <math><mtext></form><form><mglyph><style></math><img src onerror=window.broken=11>`,
].join('\n\n')

/** The model of these tests: it echoes, unless it is asked for one of its pieces. */
function reciteOr(question: string): string {
  if (question === 'wide') return wide
  if (question === 'hostile') return hostile
  return `re: ${question}`
}

const lastOf = (messages: { content: unknown }[]) => String(messages.at(-1)?.content)

/** A browser of its own: whoever opens the page for the first time. */
async function open(options: BrowserContextOptions = {}, { web } = station): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  onTestFinished(() => context.close())
  return openTab(context, web)
}

async function openTab(context: ReturnType<Page['context']>, web = station.web): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  await page.goto(`${web}/`)
  return page
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text)
  await page.keyboard.press('Enter')
}

/** Everything that was said, in order, once it reads like this. */
const reads = (page: Page, ...said: string[]) =>
  expect
    .poll(() => page.locator('.body').allInnerTexts(), { timeout: 30_000 })
    .toEqual(said.map(text => (text.startsWith('re: ') ? text : expect.stringMatching(`^${text}$`))))

const whole = (page: Page) => page.locator('.answer[aria-busy=false]').last().waitFor()

test('a question is answered while one looks on, and a reload shows both again', async () => {
  const page = await open()
  station.model.fault({ kind: 'manner', durationMs: 1_500, chunks: 30 })
  await say(page, 'Who rode from Changan to Luoyang in a day and a night?')
  const growing = page.locator('.answer[aria-busy=true] .body')
  await expect.poll(() => growing.innerText()).toMatch(/^re: Who/)
  await whole(page)
  const said = ['Who rode from .*', 're: Who rode from Changan to Luoyang in a day and a night?']
  await reads(page, ...said)
  expect(await page.locator('.route').innerText()).toBe('simulated · local model')
  await page.reload()
  await reads(page, ...said)
})

test('a second tab shows the same, and shows what is said in the first', async () => {
  const first = await open()
  await say(first, 'one')
  await reads(first, 'one', 're: one')
  const second = await openTab(first.context())
  await reads(second, 'one', 're: one')
  await say(first, 'two')
  await reads(second, 'one', 're: one', 'two', 're: two')
  await say(second, 'three')
  await reads(first, 'one', 're: one', 'two', 're: two', 'three', 're: three')
})

test('nobody sees the conversation of another browser', async () => {
  const [mine, theirs] = [await open(), await open()]
  await say(mine, 'a secret')
  await reads(mine, 'a secret', 're: a secret')
  await say(theirs, 'hello')
  await reads(theirs, 'hello', 're: hello')
})

test('a new conversation empties the page, in all tabs and for good, and the model knows nothing of the old one', async () => {
  const page = await open()
  const second = await openTab(page.context())
  await say(page, 'old')
  await reads(second, 'old', 're: old')
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'New conversation' }).click()
  for (const tab of [page, second]) await reads(tab, 'A new conversation.*')
  await say(page, 'new')
  await reads(page, 'A new conversation.*', 'new', 're: new')
  await page.reload()
  await reads(page, 'A new conversation.*', 'new', 're: new')
  const { messages } = station.model.requests.findLast(request => lastOf(request.messages) === 'new') ?? {
    messages: [],
  }
  expect(JSON.stringify(messages)).not.toContain('old')
})

test('the keyboard is enough: write, break a line, send, stop an answer', async () => {
  const page = await open()
  await page.keyboard.type('two')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('lines')
  await page.keyboard.press('Enter')
  await reads(page, 'two\nlines', 're: two\nlines')

  station.model.fault({ kind: 'hold', afterChunks: 2 })
  await page.keyboard.type('a very long story')
  await page.keyboard.press('Enter')
  await page.locator('.answer[aria-busy=true]').waitFor()
  await page.keyboard.press('Escape')
  await whole(page)
  await reads(page, 'two\nlines', 're: two\nlines', 'a very long story', '(re: )?.*', 'Stopped.')
  await page.keyboard.type('and now?')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('.body').last().innerText()).toBe('re: and now?')
})

test('Enter that ends the composition of an input method does not send', async () => {
  const page = await open({ locale: 'zh-CN' })
  const box = page.getByRole('textbox')
  await box.fill('ni')
  await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
  await box.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 })
  expect(await box.inputValue()).toBe('ni')
  await say(page, '你好')
  await reads(page, '你好', 're: 你好')
})

test('what people and models write is text, whatever it looks like', async () => {
  const page = await open()
  const strange: string[] = []
  page.on('dialog', dialog => strange.push(dialog.message()))
  page.on('request', request => !request.url().startsWith(station.web) && strange.push(request.url()))
  page.on('console', message => message.type() === 'error' && strange.push(message.text()))
  await say(page, hostile)
  await whole(page)
  await say(page, 'hostile')
  await expect.poll(() => page.locator('.answer').count()).toBe(2)
  await whole(page)
  await page.reload()
  await expect.poll(() => page.locator('.answer').count()).toBe(2)
  await whole(page)
  expect(await page.evaluate('window.broken')).toBeUndefined()
  const dangerous = 'script, img, svg, iframe, style, form, input, base, math, [onclick], [onerror], [onload], [style]'
  expect(await page.locator('#log').locator(dangerous).count()).toBe(0)
  const addresses = await page
    .locator('#log a[href]')
    .evaluateAll(links => links.map(link => link.getAttribute('href')))
  expect(new Set(addresses)).toEqual(new Set(['https://elsewhere.test/c.png']))
  expect(await page.locator('#log').innerText()).toContain('<script>window.broken = 1</script>')
  expect(strange).toEqual([])
})

test('nothing is wider than a phone, and what is wide scrolls in its own frame', async () => {
  const page = await open({ viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true })
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

test('the page is dark where the system is', async () => {
  const paper = async (colorScheme: 'dark' | 'light') => {
    const page = await open({ colorScheme })
    return page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  }
  expect(await paper('light')).toBe('rgb(251, 250, 248)')
  expect(await paper('dark')).toBe('rgb(23, 24, 26)')
})

test('the page speaks Chinese to those who read it, and so does the assistant', async () => {
  const page = await open({ locale: 'zh-CN' })
  await page.getByText('您好！有什么可以帮您？').waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
  expect(await page.title()).toBe('驿站')
  await say(page, '/reset')
  await reads(page, '已开始新对话.*')
})

test('what is written offline is kept, and sent once and in order when the connection is back', async () => {
  const page = await open()
  await page.getByText('What can I do for you?').waitFor()
  await page.context().setOffline(true)
  await say(page, 'first, offline')
  await say(page, 'second, offline')
  await page.getByText('Not sent yet').waitFor()
  await page.getByText('You are offline').waitFor()
  await page.context().setOffline(false)
  await expect
    .poll(() => page.locator('#log .saying .body').allInnerTexts())
    .toEqual(['first, offline', 'second, offline'])
  await expect.poll(() => page.locator('.answer .body').last().innerText()).toContain('second, offline')
  expect(await page.getByText('You are offline').isVisible()).toBe(false)
  await station.settled()
  const asked = station.model.requests.map(({ messages }) => lastOf(messages)).filter(text => text.includes('offline'))
  expect(asked.join('\n').match(/first|second/g)).toEqual(['first', 'second'])
})

test('a message whose acknowledgement was lost is sent again, and counts once', async () => {
  const page = await open()
  let tries = 0
  await page.route('**/api/messages', async route => {
    tries += 1
    if (tries > 1) return route.continue()
    await route.fetch()
    await route.abort()
  })
  await say(page, 'lost on the way back')
  await expect.poll(() => tries).toBe(2)
  await say(page, 'next')
  await reads(page, 'lost on the way back', 're: lost on the way back', 'next', 're: next')
})

test('a message the server refused can be tried again, also after a reload', async () => {
  const page = await open()
  await page.route('**/api/messages', route => route.fulfill({ status: 500, body: 'no' }), { times: 1 })
  await say(page, 'please')
  await page.getByText('Not sent').waitFor()
  await say(page, 'meanwhile')
  await reads(page, 'meanwhile', 're: meanwhile', 'please')
  await page.reload()
  await page.getByRole('button', { name: 'Try again' }).click()
  await reads(page, 'meanwhile', 're: meanwhile', 'please', 're: please')
  expect(await page.getByText('Not sent').count()).toBe(0)
})

test('a link on another site leads back to the same conversation', async () => {
  const page = await open()
  await say(page, 'remember me')
  await reads(page, 'remember me', 're: remember me')
  await page.route('http://elsewhere.test/', route =>
    route.fulfill({ contentType: 'text/html', body: `<a href="${station.web}/">to the chat</a>` }),
  )
  await page.goto('http://elsewhere.test/')
  await page.getByRole('link').click()
  await reads(page, 'remember me', 're: remember me')
})

test('a page with a session we did not sign gets a new one by itself', async () => {
  const page = await open()
  await page.context().clearCookies()
  await say(page, 'who am I?')
  await expect.poll(() => page.context().cookies()).toHaveLength(1)
  await page.reload()
  await reads(page, 'who am I\\?', 're: who am I?')
})

test('an open page goes on when the gateway is killed and replaced, and when Redis is', async () => {
  await using own = await startStation({ processes: services })
  const page = await open({}, own)
  await say(page, 'before')
  await reads(page, 'before', 're: before')

  const [gateway] = own.of('gateway-web')
  if (!gateway) throw new Error('there is no gateway')
  await gateway.kill()
  await say(page, 'while the gateway is away')
  await page.getByText('Not sent yet').waitFor()
  await own.replace(gateway)
  const said = ['before', 're: before', 'while the gateway is away', 're: while the gateway is away']
  await reads(page, ...said)

  await own.redis.kill()
  await say(page, 'while Redis is away')
  await page.getByText('Not sent yet').waitFor()
  await own.redis.restart()
  await reads(page, ...said, 'while Redis is away', 're: while Redis is away')
  await page.reload()
  await reads(page, ...said, 'while Redis is away', 're: while Redis is away')
})
