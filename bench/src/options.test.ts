import { expect, test } from 'vitest'
import { readOptions } from './options.ts'

test('a model that is told as a pace takes the time of its tokens', () => {
  const times = { modelMs: 1300, firstTokenMs: 300, tokens: 60 }
  expect(readOptions(['--model', 'ttft=300,tps=60'])).toMatchObject(times)
  expect(readOptions(['--model', 'tokens=30,tps=60,ttft=300'])).toMatchObject({ ...times, modelMs: 800, tokens: 30 })
  expect(readOptions([])).not.toHaveProperty('tokens')
})

test.each([
  { args: [], conversations: 100 },
  { args: ['--model', 'ttft=300,tps=60'], conversations: 520 },
  { args: ['--model', 'ttft=300,tps=60', '--rate', '10'], conversations: 100 },
  { args: ['--model', 'ttft=300,tps=60', '--conversations', '5'], conversations: 5 },
])('with $args there are $conversations conversations', ({ args, conversations }) => {
  expect(readOptions(args)).toMatchObject({ conversations })
})

test.each([
  ['ttft=300', '--model tps: tokens per second, such as 60'],
  ['ttft=soon,tps=0', '--model ttft: milliseconds to the first token, such as 300\n--model tps: tokens per second'],
  ['ttft=300,tps=60,speed=1', '--model: ttft=…,tps=… or ttft=…,tps=…,tokens=…'],
])('%j is no pace', (pace, fault) => {
  expect(() => readOptions(['--model', pace])).toThrow(fault)
})

test.each([
  [['--model', 'ttft=300,tps=60', '--model-ms', '9'], '--model-ms: not together with --model'],
  [['--model', 'ttft=300,tps=60', '--first-token-ms', '9'], '--first-token-ms: not together with --model'],
  [['--model', 'ttft=300,tps=60', '--sustained'], '--sustained: not together with --model'],
  [['--report', 'models', '--rate', '9'], '--rate: not together with --report'],
  [['--scrape', '--seconds', '39'], '--scrape: wants --seconds of 40 or more'],
  [['--report', 'all'], '--report: models'],
])('%j contradicts itself', (args, fault) => {
  expect(() => readOptions(args)).toThrow(`${fault}\nSee --help.`)
})

test('a report may be asked for as JSON', () => {
  expect(readOptions(['--report', 'models', '--json'])).toMatchObject({ report: 'models', json: true })
})
