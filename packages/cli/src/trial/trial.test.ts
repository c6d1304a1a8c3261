import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callWaystation, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

test('a message goes the whole road, each step is timed, and a second one is no repeat', async () => {
  await using station = await startStation({ telegram: 'none' })
  const ask = (...words: string[]) => callWaystation(station.redis.env, 'trial', station.web, ...words)
  const { code, stdout } = await ask('--json')
  const { conversation, steps } = JSON.parse(stdout)
  expect({ code, conversation }).toEqual({ code: 0, conversation: expect.stringMatching(/^web\.chat\./) })
  const names = ['posted', 'taken', 'first_token', 'committed', 'delivering', 'settled']
  expect(steps.map(({ step }: { step: string }) => step).toSorted()).toEqual(names.toSorted())
  expect((await ask()).stdout).toMatch(
    /^0\.000 s +received.*\n.*\n.*\n.*\n.*\n.* delivered\n\d+\.\d{3} s +the whole road\n$/,
  )
  expect(station.model.requests).toHaveLength(2)
})

test('without an address it goes to the port that .env names', async () => {
  await using station = await startStation({ telegram: 'none' })
  using folder = mkdtempDisposableSync(join(tmpdir(), 'trial-'))
  writeFileSync(join(folder.path, '.env'), `PORT=${new URL(station.web).port}\n`)
  expect(await callWaystation({ ...station.redis.env, PWD: folder.path }, 'trial')).toMatchObject({ code: 0 })
})

test('it says why it did not arrive', async () => {
  await using station = await startStation({ telegram: 'none', settings: { access: { allow: ['somebody'] } } })
  const ask = (...words: string[]) => callWaystation(station.redis.env, 'trial', ...words)
  expect(await ask(station.web)).toMatchObject({ code: 1, stdout: expect.stringContaining('access.allow') })
  const nowhere = 'The web chat does not answer at http://127.0.0.1:1 (page: not reached (ECONNREFUSED)).\n'
  expect(await ask('http://127.0.0.1:1')).toEqual({ code: 1, stdout: nowhere, stderr: '' })
  const open = await ask('http://operator:hunter2@127.0.0.1:1/?token=hunter2')
  expect(open).toMatchObject({ code: 1, stdout: expect.not.stringContaining('hunter2') })
  expect(await ask('nonsense')).toMatchObject({ code: 2, stderr: 'An address begins with http:// or https://.\n' })
})

test('a model that refuses is told by its code', async () => {
  await using station = await startStation({ telegram: 'none' })
  station.model.fault({ kind: 'status', status: 400 })
  const { code, stdout } = await callWaystation(station.redis.env, 'trial', station.web)
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringMatching(/given up \(\w+\): its sender reads an apology/),
  })
})
