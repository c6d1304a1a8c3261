import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { callWaystation } from '@waystation/testing'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from './program.ts'

const WAYSTATION = fileURLToPath(new URL('./main.ts', import.meta.url))

const withCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(withCommands)]

test('each command and each option is explained in Chinese, too', () => {
  const told = withCommands(createProgram({ LANG: 'zh_CN.UTF-8' })).flatMap(command => {
    const help = command.createHelp()
    return [
      ...help.visibleOptions(command).map(one => help.optionDescription(one)),
      ...help.visibleCommands(command).map(one => help.subcommandDescription(one)),
    ]
  })
  expect(told.length).toBeGreaterThan(50)
  expect(told.filter(words => !/\p{Script=Han}/u.test(words))).toEqual([])
})

test('an answer that finds no room is no success; a reader who has enough is no failure', () => {
  const into = (end: string) => {
    const call = `{ "$0" "$1" config schema; echo $? >&2; } ${end}`
    const { stdout, stderr } = spawnSync('sh', ['-c', call, process.execPath, WAYSTATION], { encoding: 'utf8' })
    return { stdout, stderr }
  }
  expect(into('>/dev/full')).toEqual({ stdout: '', stderr: expect.stringMatching(/^ENOSPC.*\n1\n$/) })
  expect(into('| head -n 1')).toEqual({ stdout: '{\n', stderr: '0\n' })
})

test.each([
  [['trace'], '缺少参数 id'],
  [['usage', '--by'], '选项 --by <whom> 缺少值'],
  [['dlq', 'list', '--kind', 'x'], '选项 --kind <kind> 不能是 x，可选：turn, reply, unreadable'],
  [['queues', 'a', 'b'], '参数太多：应有 0 个，实有 2 个'],
  [['version', '--al\u001b[2J\nx'], '没有选项 --al\ufffd[2J\nx'],
  [['queue'], '没有命令 queue\n（是否应为 queues？）'],
])('the wrong use of %j is told in Chinese, without what a terminal obeys', async (words, told) => {
  expect(await callWaystation({ LANG: 'zh_CN.UTF-8' }, ...words)).toEqual({ code: 2, stdout: '', stderr: `${told}\n` })
})
