import type { Station } from '@waystation/testing'
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'

/** Nothing that a browser does by itself, such as asking its maker for updates. */
const quietly = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
/** However slow the machine is. */
const PATIENCE_MS = 30_000

/** A real browser, and the people in front of it. */
export async function startBrowser() {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: quietly })
  return {
    /** Somebody opens the chat for the first time. */
    async open({ web }: Station, options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext({ locale: 'en-GB', ...options })
      onTestFinished(() => context.close())
      return openTab(web, context)
    },
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

export async function openTab(web: string, context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  await page.goto(`${web}/`)
  return page
}

/** A page in the background draws so rarely that one would wait for it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.bringToFront()
  await page.getByRole('textbox').fill(text)
  await page.keyboard.press('Enter')
}

export const eventually = <Value>(look: () => Promise<Value> | Value) => expect.poll(look, { timeout: PATIENCE_MS })

/** Everything that was said, in order, reads like this in the end: answers to the letter, all else as a pattern. */
export const reads = (page: Page, ...said: string[]) =>
  eventually(() => page.locator('.body').allInnerTexts()).toEqual(
    said.map(text => (text.startsWith('re: ') ? text : expect.stringMatching(`^${text}$`))),
  )

/** The newest answer is complete. */
export const whole = (page: Page) => page.locator('.answer[aria-busy=false]').last().waitFor()
