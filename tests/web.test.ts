import { type Station, startStation } from '@waystation/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, openTab, reads, say, startBrowser, whole } from './browser.ts'

let browser: Awaited<ReturnType<typeof startBrowser>>
let station: Station

beforeAll(async () => {
  browser = await startBrowser()
  station = await startStation({ processes: { 'gateway-web': 1, inference: 1, sender: 1 } })
})

afterAll(async () => {
  await browser[Symbol.asyncDispose]()
  await station[Symbol.asyncDispose]()
})

test('a question is answered while one looks on, and a reload shows both again', async () => {
  const page = await browser.open(station)
  station.model.fault({ kind: 'manner', durationMs: 1_500, chunks: 30 })
  await say(page, 'Who rode from Changan to Luoyang in a day and a night?')
  const growing = page.locator('.answer[aria-busy=true] .body')
  await eventually(() => growing.textContent()).toMatch(/^re: Who/)
  await whole(page)
  const said = ['Who rode from .*', 're: Who rode from Changan to Luoyang in a day and a night?']
  await reads(page, ...said)
  expect(await page.locator('.route').textContent()).toBe('simulated · local model')
  await page.reload()
  await reads(page, ...said)
})

test('a second tab shows the same, and shows what is said in the first', async () => {
  const first = await browser.open(station)
  await say(first, 'one')
  await reads(first, 'one', 're: one')
  const second = await openTab(station.web, first.context())
  await reads(second, 'one', 're: one')
  await say(first, 'two')
  await reads(second, 'one', 're: one', 'two', 're: two')
  await say(second, 'three')
  await reads(first, 'one', 're: one', 'two', 're: two', 'three', 're: three')
})

test('nobody sees the conversation of another browser', async () => {
  const [mine, theirs] = [await browser.open(station), await browser.open(station)]
  await say(mine, 'a secret')
  await reads(mine, 'a secret', 're: a secret')
  await say(theirs, 'hello')
  await reads(theirs, 'hello', 're: hello')
})

test('a new conversation empties the page, in all tabs and for good, and the model knows nothing of the old one', async () => {
  const page = await browser.open(station)
  const second = await openTab(station.web, page.context())
  await say(page, 'old')
  await reads(second, 'old', 're: old')
  await page.bringToFront()
  await page.getByRole('button', { name: 'New conversation' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'New conversation' }).click()
  for (const tab of [page, second]) await reads(tab, 'A new conversation.*')
  await say(page, 'new')
  await reads(page, 'A new conversation.*', 'new', 're: new')
  await page.reload()
  await reads(page, 'A new conversation.*', 'new', 're: new')
  expect(JSON.stringify(station.model.requests.at(-1)?.messages)).not.toContain('old')
})

test('the keyboard is enough: write, break a line, send, stop an answer', async () => {
  const page = await browser.open(station)
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
  await eventually(() => page.locator('.body').last().textContent()).toContain('re: and now?')
})

test('Enter that ends the composition of an input method does not send', async () => {
  const page = await browser.open(station, { locale: 'zh-CN' })
  const box = page.getByRole('textbox')
  await box.fill('ni')
  await box.dispatchEvent('keydown', { key: 'Enter', isComposing: true })
  await box.dispatchEvent('keydown', { key: 'Enter', keyCode: 229 })
  expect(await box.inputValue()).toBe('ni')
  await say(page, '你好')
  await reads(page, '你好', 're: 你好')
})

test('the page is dark where the system is', async () => {
  const paper = async (colorScheme: 'dark' | 'light') => {
    const page = await browser.open(station, { colorScheme })
    return page.evaluate('getComputedStyle(document.documentElement).backgroundColor')
  }
  expect(await paper('light')).toBe('rgb(251, 250, 248)')
  expect(await paper('dark')).toBe('rgb(23, 24, 26)')
})

test('the page speaks Chinese to those who read it, and so does the assistant', async () => {
  const page = await browser.open(station, { locale: 'zh-CN' })
  await page.getByText('您好！有什么可以帮您？').waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN')
  expect(await page.title()).toBe('驿站')
  await say(page, '/reset')
  await reads(page, '已开始新对话.*')
})
