import { settings } from '@waystation/conversations'
import { type Env, envHere, readSettings, readVariable } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, asks, type Context } from './command.ts'
import { speakerOf } from './language.ts'
import { Wrong } from './wrong.ts'

/** As `asks`, with `--text`: what people wrote is told as well, where waystation.yaml lets operators read it. */
export function asksWithText<Args extends unknown[]>(
  command: Command,
  env: Env,
  answer: (context: Context, ...args: Args) => Promise<Answer>,
): Command {
  command.option('--text', speakerOf(env)({ en: 'with what people wrote', zh: '连同人们写的内容' }))
  return asks<Args>(command, env, async (context, ...args) => {
    if (command.opts().text) mustBeAllowed(envHere(env))
    return await answer(context, ...args)
  })
}

/** Throws `Wrong`, or `ConfigError` for a file that is at fault. */
function mustBeAllowed(env: Env): void {
  const path = readVariable(env, 'WAYSTATION_CONFIG')
  if (!readSettings(settings, path).access.operatorsMayReadTexts) throw new Wrong(refused(path))
}

const refused = (path: string | undefined) => ({
  en: `What people wrote is not shown. To allow it, set access.operatorsMayReadTexts to true in ${path ?? 'a waystation.yaml that WAYSTATION_CONFIG names'}.`,
  zh: `不显示人们写的内容。要允许，请把 ${path ?? 'WAYSTATION_CONFIG 指定的 waystation.yaml'} 中的 access.operatorsMayReadTexts 设为 true。`,
})

/** What people wrote, for a terminal: without what would move its cursor or change its colours. */
export const asWritten = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd')
