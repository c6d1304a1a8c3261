import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { asks } from '../command.ts'
import { speakerOf } from '../language.ts'
import { asksWithText } from '../reading.ts'
import { drop } from './drop.ts'
import { list } from './list.ts'
import { replay } from './replay.ts'
import { takesFilter } from './select.ts'
import { show } from './show.ts'

/** `waystation dlq`: what was given up. */
export function addDlq(program: Command, env: Env): void {
  const say = speakerOf(env)
  const dlq = program
    .command('dlq')
    .helpCommand(false)
    .description(say({ en: 'turns and replies that were given up', zh: '放弃了的轮次和回复（死信）' }))

  asks(takesFilter(dlq.command('list').description(say(LIST)), say), env, list)

  asksWithText(dlq.command('show').description(say(SHOW)).argument('<id...>'), env, show)

  const replayed = dlq.command('replay').description(say(REPLAY)).argument('[id...]').option('--all', say(ALL))
  asks(takesFilter(replayed, say).option('--rate <n>', say(RATE), Number, 5), env, replay)

  const dropped = dlq.command('drop').description(say(DROP)).argument('[id...]').option('--all', say(ALL))
  asks(takesFilter(dropped, say).option('--yes', say({ en: 'it is meant', zh: '确认' })), env, drop)
}

const LIST = { en: 'what there is, the oldest first', zh: '列出，最早的在前' }
const SHOW = { en: 'all that is known of one', zh: '一封死信的全部信息' }
const REPLAY = { en: 'do them again; what arrived already is not sent twice', zh: '重做；已送达的不会再发一次' }
const DROP = { en: 'throw them away for good', zh: '永久丢弃' }
const ALL = { en: 'all of them', zh: '全部' }
const RATE = { en: 'how many a second', zh: '每秒多少封' }
