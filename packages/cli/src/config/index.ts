import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { answers } from '../command.ts'
import { given, takesVariables } from '../given.ts'
import { speakerOf } from '../language.ts'

type Options = { variables?: string }

/** `waystation config`: variables and waystation.yaml. They know every service, which other commands need not wait for. */
export function addConfig(program: Command, env: Env): void {
  const say = speakerOf(env)
  const config = program.command('config').helpCommand(false).description(say(CONFIG))

  const checked = config.command('check').description(say(CHECK)).argument('[file]', say(FILE))
  answers<[string | undefined, Options]>(takesVariables(checked, env), env, async (terminal, file, { variables }) =>
    (await import('./check.ts')).check(terminal, given(env, variables), file),
  )

  const shown = config.command('show').description(say(SHOW))
  answers<[Options]>(takesVariables(shown, env), env, async (terminal, { variables }) =>
    (await import('./show.ts')).show(terminal, env, variables),
  )

  answers(config.command('schema').description(say(SCHEMA)), env, async () => (await import('./schema.ts')).schema())
}

const CONFIG = { en: 'variables and waystation.yaml', zh: '变量和 waystation.yaml' }
const CHECK = { en: 'every fault of them at once', zh: '一次列出全部错误' }
const FILE = { en: 'a waystation.yaml that is not in use yet', zh: '尚未启用的 waystation.yaml' }
const SHOW = { en: 'what every service would run with, without secrets', zh: '各服务会用的配置，不显示密钥' }
const SCHEMA = {
  en: 'the JSON Schema of waystation.yaml, for editors',
  zh: 'waystation.yaml 的 JSON Schema，供编辑器使用',
}
