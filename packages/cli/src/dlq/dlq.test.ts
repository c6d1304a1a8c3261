import { callWaystation, type Station, startStation } from '@waystation/testing'
import { expect, test } from 'vitest'

const ask = (station: Station, ...words: string[]) => callWaystation(station.env, 'dlq', ...words)

test('what was given up is listed, shown, replayed once, and answered once', async () => {
  await using station = await startStation({ settings: { access: { operatorsMayReadTexts: true } } })
  station.model.fault({ kind: 'status', status: 400 })
  const chat = station.telegram.privateChat()
  chat.say('a secret question')
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual([expect.stringMatching(/^Sorry, /)])

  const listed = await ask(station, 'list', '--json')
  const [letter] = JSON.parse(listed.stdout)
  expect(letter).toMatchObject({ kind: 'turn', attempts: 1, items: 1, traceId: expect.stringMatching(/^[\da-f]{32}$/) })
  expect((await ask(station, 'list')).stdout).toContain(letter.id)
  expect((await ask(station, 'list', '--kind', 'reply')).stdout).toBe('There are no dead letters.\n')
  const shown = await ask(station, 'show', letter.id)
  expect(shown.stdout).toContain(letter.traceId)
  expect(shown.stdout).not.toContain('secret')
  expect((await ask(station, 'show', letter.id, '--text')).stdout).toContain('a secret question')

  const replayed = await Promise.all([1, 2, 3].map(() => ask(station, 'replay', letter.id)))
  expect(replayed.map(({ code }) => code).toSorted()).toEqual([0, 1, 1])
  await station.settled()
  expect(station.telegram.texts(chat)).toEqual([expect.stringMatching(/^Sorry, /), 're: a secret question'])
  expect(await ask(station, 'replay', letter.id)).toMatchObject({ code: 1, stdout: '0 of 0 replayed.\n' })
})

test('a reply that died half way goes on where it stopped', async () => {
  const paragraphs = Array.from({ length: 60 }, (_, index) => `${index} `.padEnd(150, 'x'))
  await using station = await startStation({
    model: { answer: () => paragraphs.join('\n\n') },
    env: { REPLY_STREAMING: 'off' },
  })
  const { telegram } = station
  const chat = telegram.privateChat()
  telegram.fault('sendMessage', { delayMs: 0, when: 'before' })
  telegram.fault('sendMessage', { status: 403, description: 'Forbidden: bot was blocked by the user' })
  chat.say('hi')
  await station.settled()
  expect(telegram.texts(chat)).toHaveLength(1)
  const [letter] = JSON.parse((await ask(station, 'list', '--json')).stdout)
  expect(letter).toMatchObject({ kind: 'reply', reason: 'blocked_by_user', partsArrived: 1 })

  expect((await ask(station, 'replay', '--reason', 'blocked_by_user')).stdout).toBe('1 of 1 replayed.\n')
  await station.settled()
  const words = telegram.texts(chat).join('\n\n').split('\n\n')
  expect(words).toEqual(paragraphs)
})

test('nothing is done to all of them by mistake', async () => {
  await using station = await startStation()
  station.model.fault({ kind: 'status', status: 400 }, { times: 3 })
  for (const chat of [1, 2, 3].map(() => station.telegram.privateChat())) chat.say('hi')
  await station.settled()
  const which = 'Say which: ids, a filter (--kind, --reason, --conversation) or --all.\n'
  expect(await ask(station, 'replay')).toEqual({ code: 2, stdout: '', stderr: which })
  expect(await ask(station, 'drop')).toEqual({ code: 2, stdout: '', stderr: which })
  const unsure = '3 would be lost for good. Add --yes if that is meant.\n'
  expect(await ask(station, 'drop', '--all')).toEqual({ code: 2, stdout: '', stderr: unsure })
  expect(await ask(station, 'drop', '--all', '--yes')).toEqual({ code: 0, stdout: '3 dropped.\n', stderr: '' })
  expect(await ask(station, 'list', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' })
  expect((await ask(station, 'replay', '--all', '--rate', 'many')).stderr).toBe('--rate is a number above 0.\n')
})

test('it says what to do where there is no station, in the language of the terminal', async () => {
  const { code, stderr } = await callWaystation({ REDIS_URL: 'redis://127.0.0.1:1' }, 'dlq', 'list')
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr: expect.stringMatching(/^Redis does not answer within 5 s\..*\n$/),
  })
  const chinese = await callWaystation({ REDIS_URL: 'redis://127.0.0.1:1', LANG: 'zh_CN.UTF-8' }, 'dlq', 'list')
  expect(chinese.stderr).toMatch(/^Redis 在 5 秒内没有应答。/)
  expect(await callWaystation({ REDIS_URL: 'http://x' }, 'dlq', 'list')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('REDIS_URL: the address of a Redis'),
  })
  expect(await callWaystation({}, 'dlq', 'lst')).toMatchObject({ code: 2, stderr: expect.stringContaining("'lst'") })
})
