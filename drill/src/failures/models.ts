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
]

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
