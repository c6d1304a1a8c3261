import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { createProgram } from './program.ts'

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
