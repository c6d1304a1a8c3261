import type { Env } from '@waystation/runtime'
import { type Command, Option } from 'commander'
import { asks } from '../command.ts'
import { speakerOf } from '../language.ts'
import { asksWithText } from '../reading.ts'
import { block, unblock } from './block.ts'
import { ofKnown } from './known.ts'
import { list } from './list.ts'
import { reset } from './reset.ts'
import { show } from './show.ts'

/** `waystation conversations`: who writes, and what is kept of it. */
export function addConversations(program: Command, env: Env): void {
  const say = speakerOf(env)
  const conversations = program
    .command('conversations')
    .helpCommand(false)
    .description(say({ en: 'chats with a bot, and what is kept of them', zh: '与机器人的会话，以及保存的内容' }))

  const listed = conversations
    .command('list')
    .description(say(LIST))
    .addOption(new Option('--channel <channel>', say(CHANNEL)).choices(['feishu', 'telegram', 'web']))
    .option('--blocked', say({ en: 'those that are blocked', zh: '只看被屏蔽的' }))
  asks(listed, env, list)

  asksWithText(conversations.command('show').description(say(SHOW)).argument('<id...>'), env, ofKnown(show))

  const forgotten = conversations.command('reset').description(say(RESET)).argument('<id...>')
  asks(forgotten.option('--yes', say({ en: 'it is meant', zh: '确认' })), env, ofKnown(reset))

  asks(conversations.command('block').description(say(BLOCK)).argument('<id...>'), env, ofKnown(block))
  asks(conversations.command('unblock').description(say(UNBLOCK)).argument('<id...>'), env, ofKnown(unblock))
}

const LIST = { en: 'what there is, the latest first', zh: '列出，最近的在前' }
const CHANNEL = { en: 'those of one channel', zh: '只看一个渠道' }
const SHOW = { en: 'all that is kept of one', zh: '一个会话保存的全部信息' }
const RESET = { en: 'forget for good what was said, as /reset does', zh: '永久忘记聊过的内容，与 /reset 相同' }
const BLOCK = { en: 'refuse from now on what is written there', zh: '屏蔽：从现在起拒收其中的消息' }
const UNBLOCK = { en: 'take it again', zh: '恢复接收' }
