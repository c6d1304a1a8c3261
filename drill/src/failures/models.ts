import { setTimeout as sleep } from 'node:timers/promises'
import { type ModelFault, type ModelSimulator, startModel } from '@waystation/testing'
import type { Failure } from '../failure.ts'
import { type Site, settings } from '../site.ts'
import { talk } from '../talk.ts'

export const modelFailures: Failure[] = [
  {
    what: 'a model answers 500, and another stands in for it',
    tells: { BreakerOpen: ['wecom'] },
    cause: site => withModel(site, 'failing', { kind: 'status', status: 500 }),
  },
  {
    what: "a model's account is empty, and another stands in for it",
    tells: { ModelRefuses: ['wecom', 'sms'] },
    keepsQuiet: ['BreakerOpen'],
    cause: site => withModel(site, 'unpaid', { kind: 'insufficient_quota' }),
  },
  {
    what: 'a budget is spent',
    tells: { BudgetSpent: ['wecom'] },
    async cause(site) {
      const { station } = site
      const dear = await startModel()
      station.configure({
        ...settings,
        ...asking('dear', dear, { price: { prompt: 1_000_000, completion: 1_000_000 } }),
        budgets: [{ name: 'drill', per: 'everybody', window: 'month', limit: 1, over: 'refuse' }],
      })
      const hush = talk(site, 2)
      return async () => {
        hush()
        station.configure(settings)
        await station.settled()
        await dear[Symbol.asyncDispose]()
      }
    },
  },
  {
    what: 'most of a budget is spent',
    tells: { BudgetNearlySpent: ['wecom'] },
    async cause({ station }) {
      const dear = await startModel({ answer: () => 'four'.repeat(TOKENS) })
      station.configure({
        ...settings,
        ...asking('nearly', dear, { price: { prompt: 0, completion: 1_000_000 } }),
        budgets: [{ name: 'nearly', per: 'everybody', window: 'month', limit: 10 * TOKENS, over: 'local' }],
      })
      const chat = station.telegram.privateChat()
      await untilAsked(dear, 9, () => void chat.say('hello'))
      return async () => {
        station.configure(settings)
        await dear[Symbol.asyncDispose]()
      }
    },
  },
]

/** Of the longest answer there is, which is what a budget is asked for beforehand. */
const TOKENS = 400
const ASK_EVERY_MS = 500

/** Asks until the model has answered so often: what waystation.yaml says is read within a second or so. */
async function untilAsked({ requests }: ModelSimulator, times: number, ask: () => void): Promise<void> {
  while (requests.length < times) {
    ask()
    await sleep(ASK_EVERY_MS)
  }
}

/** The first to be asked fails. */
async function withModel(site: Site, name: string, fault: ModelFault) {
  const { station } = site
  const model = await startModel()
  model.fault(fault, { times: Infinity })
  station.configure({ ...settings, ...asking(name, model) })
  const hush = talk(site, 2)
  return async () => {
    hush()
    station.configure(settings)
    await station.settled()
    await model[Symbol.asyncDispose]()
  }
}

const asking = (name: string, { baseUrl, model }: ModelSimulator, more: object = {}) => ({
  models: { endpoints: [{ name, tier: 'commercial', baseUrl, model, ...more }] },
  routing: { default: 'commercial', rules: [] },
})
