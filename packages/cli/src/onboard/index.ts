import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { type Answer, answers, Misused, type Terminal } from '../command.ts'
import { speakerOf } from '../language.ts'
import { Wrong } from '../wrong.ts'

type Options = { answers?: string; nonInteractive?: boolean; start?: boolean; dryRun?: boolean; json?: boolean }

/** `waystation onboard`: from nothing to the first answer. */
export function addOnboard(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('onboard')
    .description(
      say({
        en: 'asks what it needs, and writes .env and waystation.yaml',
        zh: '逐步提问，写入 .env 和 waystation.yaml',
      }),
    )
    .option(
      '--answers <file>',
      say({ en: 'nothing is asked: the answers are in a YAML file', zh: '不提问：答案在一个 YAML 文件里' }),
    )
    .option(
      '--non-interactive',
      say({ en: 'nothing is asked: secrets come from the environment', zh: '不提问：密钥取自环境变量' }),
    )
    .option(
      '--start',
      say({
        en: 'without questions: has Docker Compose start it, and sends a message through it',
        zh: '不提问时：由 Docker Compose 启动，并发送一条测试消息',
      }),
    )
    .option('--dry-run', say({ en: 'nothing is written', zh: '不写入' }))
  answers(command, env, (terminal, options: Options) => onboard(terminal, env, options))
}

async function onboard(terminal: Terminal, env: Env, options: Options): Promise<Answer> {
  try {
    // They know every service, which other commands need not wait for.
    if (options.answers !== undefined || options.nonInteractive) {
      const { setUpUnasked } = await import('./unasked.ts')
      return await setUpUnasked(terminal, env, options)
    }
    if (!process.stdin.isTTY || !process.stdout.isTTY || options.json) throw new Misused(terminal.say(NO_TERMINAL))
    const { setUpAsked } = await import('./asked.ts')
    return await setUpAsked(terminal, env, options.dryRun ?? false)
  } catch (error) {
    if (error instanceof Wrong) throw new Misused(terminal.say(error.words))
    throw error
  }
}

const NO_TERMINAL = {
  en: 'It asks questions, so it wants a terminal, and no --json. Without: --answers <file>, docs/cli.md.',
  zh: '它会提问，所以需要终端，且不能加 --json。否则请用 --answers <file>，见 docs/cli.zh-CN.md。',
}
