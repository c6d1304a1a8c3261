import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
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
