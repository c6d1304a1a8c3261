import { type Env, ownVersion } from '@waystation/runtime'
import { Command } from 'commander'
import { addBackup } from './backup/index.ts'
import { optionInChinese, refusalInChinese, titleInChinese } from './chinese.ts'
import { EXIT } from './command.ts'
import { addConfig } from './config/index.ts'
import { addConversations } from './conversations/index.ts'
import { addDlq } from './dlq/index.ts'
import { addDoctor } from './doctor/index.ts'
import { languageOf, speakerOf } from './language.ts'
import { addOnboard } from './onboard/index.ts'
import { addQueues } from './queues/index.ts'
import { asWritten } from './reading.ts'
import { addSend } from './send/index.ts'
import { addTrace } from './trace/index.ts'
import { addTrial } from './trial/index.ts'
import { addUsage } from './usage/index.ts'
import { addVersion } from './version/index.ts'

/** `waystation`, with all its commands. Each prints its answer and sets the exit code. */
export function createProgram(env: Env): Command {
  const [language, say] = [languageOf(env), speakerOf(env)]
  const program = new Command('waystation')
    .description(say({ en: 'Asks a station, and tells it what to do.', zh: '查看并操作 Waystation。' }))
    .version(ownVersion(env), '-V, --version', say({ en: 'which Waystation this is', zh: '显示版本' }))
    .addHelpText('after', say(CODES))
    .helpCommand(false)
    .helpOption('-h, --help', say({ en: 'this', zh: '显示帮助' }))
    .configureHelp(language === 'zh' ? { styleTitle: titleInChinese, styleOptionDescription: optionInChinese } : {})
    .configureOutput({
      outputError: (words, write) => write(asWritten(say({ en: words, zh: refusalInChinese(words) }))),
    })
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.done : EXIT.usage))
  addOnboard(program, env)
  addDoctor(program, env)
  addConfig(program, env)
  addTrial(program, env)
  addTrace(program, env)
  addQueues(program, env)
  addDlq(program, env)
  addConversations(program, env)
  addSend(program, env)
  addUsage(program, env)
  addVersion(program, env)
  addBackup(program, env)
  return program
}

const CODES = {
  en: `
Every command takes --json. Exit codes: 0 done, 1 not done, nothing found or something red, 2 wrong use or configuration,
3 no Redis, or no container to ask in, 130 interrupted.`,
  zh: `
每个命令都可以加 --json。退出码：0 完成，1 未完成、没有找到或有红的，2 用法或配置有误，3 连不上 Redis 或没有可用的容器，130 被中断。`,
}
