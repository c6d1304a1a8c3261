import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const bench = (...args: string[]) => promisify(execFile)(process.execPath, [main, ...args])
const aLittle = ['--rate', '20', '--conversations', '5', '--seconds', '2', '--warm-up', '0.5']
const quick = ['--model-ms', '40']
const paced = ['--model', 'ttft=10,tps=1000,tokens=30']

const spread = { p50: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) }
const cost = { cpuSecondsPer1000: expect.any(Number), memoryMb: expect.any(Number) }
const figures = {
  offered: expect.any(Number),
  achieved: expect.any(Number),
  acknowledgedMs: spread,
  addedMs: spread,
  firstVisibleMs: spread,
  asked: 50,
  messagesPerReply: expect.any(Number),
  lost: 0,
  duplicated: 0,
  refused: 0,
  drainedSeconds: expect.any(Number),
  othersShare: expect.any(Number),
  lateMs: spread,
}

test.each([
  { channel: 'telegram', name: 'Telegram', conversations: '5', model: quick },
  // As many as messages: Feishu pushes two of one chat at the same time, and they may come in the other order.
  { channel: 'feishu', name: 'Feishu', conversations: '50', model: paced },
])('a short run on $name answers every message once and in order, and finds every figure', async of => {
  const there = ['--channel', of.channel, '--conversations', of.conversations]
  const { stdout } = await bench(...aLittle, ...of.model, ...there, '--streaming', 'on', '--json')
  const report = JSON.parse(stdout)
  const simulatorsCosts = { [`${of.name} and the load`]: cost, model: cost }
  expect(report.waystation).toEqual({
    ...figures,
    outOfOrder: 0,
    costs: { [`gateway-${of.channel}`]: cost, inference: cost, sender: cost, redis: cost },
    simulatorsCosts,
  })
  // Nothing keeps its answers in order.
  expect(report.baseline).toEqual({
    ...figures,
    outOfOrder: expect.any(Number),
    costs: { baseline: cost },
    simulatorsCosts,
  })
  expect(report.faults).toEqual([])
})

test('the table fits a terminal', async () => {
  const { stdout } = await bench(...aLittle, ...quick, '--baseline', 'only')
  expect(stdout).toMatch(/^added latency p99, ms +\d+\.\d$/m)
  expect(stdout).not.toMatch(/.{101}/)
})

test('options that are none are refused in words', async () => {
  await expect(bench('--speed', '9')).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("'--speed'") })
  await expect(bench('--channel', 'icq', '--rate', 'fast', '--baseline', 'yes')).rejects.toMatchObject({
    code: 2,
    stderr:
      '--channel: telegram or feishu\n--rate: messages per second, such as 200\n' +
      '--baseline: also, only or none\nSee --help.\n',
  })
})
