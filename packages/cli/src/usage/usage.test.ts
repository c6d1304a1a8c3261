import { callWaystation, startModel, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

test('what was used is told by model, person, chat and day', async () => {
  await using dear = await startModel({ apiKey: 'k' })
  const priced = { prompt: 1_000_000, completion: 1_000_000 }
  const endpoint = {
    name: 'dear',
    tier: 'local',
    baseUrl: dear.baseUrl,
    model: dear.model,
    apiKeyEnv: 'DEAR_KEY',
    price: priced,
  }
  await using station = await startStation({
    model: 'none',
    env: { DEAR_KEY: 'k' },
    settings: { models: { endpoints: [endpoint] } },
  })
  const [one, two] = [station.telegram.privateChat(), station.telegram.privateChat()]
  one.say('one')
  two.say('two')
  await station.settled()
  two.say('three')
  await station.settled()
  const ask = async (...words: string[]) =>
    JSON.parse((await callWaystation(station.redis.env, 'usage', '--json', ...words)).stdout)
  const all = (rows: { name: string }[]) => rows.find(({ name }) => name === 'everybody')

  const byModel = await ask()
  expect(all(byModel)).toMatchObject({ answers: 3 })
  expect(byModel).toContainEqual({ ...all(byModel), name: `local/${dear.model}` })
  const byUser = await ask('--by', 'user')
  expect(byUser.map(({ answers }: { answers: number }) => answers)).toEqual([3, 2, 1])
  expect((await ask('--by', 'group')).map(({ name }: { name: string }) => name)).toContain(
    `telegram.${station.telegram.token.split(':')[0]}.${two.id}`,
  )
  const today = new Date().toISOString().slice(0, 10)
  expect(await ask('--by', 'day', '--from', today)).toEqual([{ ...all(byModel), name: today }])
  expect(await ask('--from', '2020-01-01', '--to', '2020-01-02')).toEqual([])
  const refused = async (...days: string[]) => {
    const { code, stderr } = await callWaystation(station.redis.env, 'usage', ...days)
    expect(code).toBe(2)
    return stderr
  }
  for (const day of ['monday', '2026-13-01', '2026-02-30'])
    expect(await refused('--from', day)).toBe('A day is written 2026-02-28.\n')
  expect(await refused('--from', '2026-02-02', '--to', '2026-02-01')).toBe('--from is a day after --to.\n')
  expect(await refused('--from', '9999-12-31')).toBe('--from is a day after --to.\n')
  expect(await refused('--from', '0001-01-01')).toBe('That is more than ten years.\n')
})
