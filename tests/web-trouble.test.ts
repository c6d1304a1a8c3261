import { type Station, startStation } from '@waystation/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, openTab, reads, say, startBrowser } from './browser.ts'

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

test('what is written offline is kept, and sent once and in order when the connection is back', async () => {
  const page = await browser.open(station)
  await page.getByText('What can I do for you?').waitFor()
  await page.context().setOffline(true)
  await say(page, 'first, offline')
  await say(page, 'second, offline')
  await page.getByText('Not sent yet').last().waitFor()
  await page.getByText('You are offline').waitFor()
  await page.context().setOffline(false)
  await eventually(() => page.locator('#log .saying .body').allInnerTexts()).toEqual([
    'first, offline',
    'second, offline',
  ])
  await eventually(() => page.locator('.answer .body').last().textContent()).toContain('second, offline')
  expect(await page.getByText('You are offline').isVisible()).toBe(false)
  await station.settled()
  const asked = station.model.requests.map(({ messages }) => String(messages.at(-1)?.content))
  expect(asked.join('\n').match(/first|second/g)).toEqual(['first', 'second'])
})

test('a message whose acknowledgement was lost is sent again, and counts once', async () => {
  const page = await browser.open(station)
  const lost: string[] = []
  // Not even the events tell the page that its message arrived.
  await page.route('**/api/events*', route => (lost.length > 1 ? route.continue() : route.abort()))
  await page.reload()
  await page.route('**/api/messages', async route => {
    lost.push(route.request().postDataJSON().id)
    if (lost.length > 1) return route.continue()
    await route.fetch()
    await route.abort()
  })
  await say(page, 'lost on the way back')
  await eventually(() => lost.length).toBe(2)
  expect(lost[0]).toBe(lost[1])
  await say(page, 'next')
  await reads(page, 'lost on the way back', 're: lost on the way back', 'next', 're: next')
})

test('a message the server refused can be tried again, also after a reload', async () => {
  const page = await browser.open(station)
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
  const page = await browser.open(station)
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
  const page = await browser.open(station)
  await page.context().clearCookies()
  await say(page, 'who am I?')
  await eventually(() => page.context().cookies()).toHaveLength(1)
  await page.reload()
  await reads(page, 'who am I\\?', 're: who am I?')
})

test('an open page goes on when the gateway is killed and replaced, and when Redis is', async () => {
  await using own = await startStation({ processes: { 'gateway-web': 1, inference: 1, sender: 1 } })
  const page = await browser.open(own)
  await say(page, 'before')
  await reads(page, 'before', 're: before')

  const [gateway] = own.of('gateway-web')
  if (!gateway) throw new Error('there is no gateway')
  await gateway.kill()
  await say(page, 'while the gateway is away')
  await page.getByText('Not sent yet').last().waitFor()
  await own.replace(gateway)
  const said = ['before', 're: before', 'while the gateway is away', 're: while the gateway is away']
  await reads(page, ...said)

  await own.redis.kill()
  await say(page, 'while Redis is away')
  await page.getByText('Not sent yet').last().waitFor()
  await own.redis.restart()
  await reads(page, ...said, 'while Redis is away', 're: while Redis is away')
  await page.reload()
  await reads(page, ...said, 'while Redis is away', 're: while Redis is away')
})

test('a hidden tab lets go of its connection, and catches up when it is looked at again', async () => {
  const page = await browser.open(station)
  const hide = (hidden: boolean) =>
    page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true })
      document.dispatchEvent(new Event('visibilitychange'))`)
  await say(page, 'one')
  await reads(page, 'one', 're: one')
  await hide(true)
  const other = await openTab(station.web, page.context())
  await say(other, 'two')
  await reads(other, 'one', 're: one', 'two', 're: two')
  await reads(page, 'one', 're: one')
  await hide(false)
  await page.bringToFront()
  await reads(page, 'one', 're: one', 'two', 're: two')
})
