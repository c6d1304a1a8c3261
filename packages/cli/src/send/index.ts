import { randomUUID } from 'node:crypto'
import { type ConversationId, conversationOf, newTraceId } from '@waystation/domain'
import { createConversations, createOutbox } from '@waystation/mailbox'
import type { Redis } from '@waystation/redis'
import type { Env } from '@waystation/runtime'
import type { Command } from 'commander'
import { whoIsAtWork } from '../at-work.ts'
import { type Answer, asks, type Context, EXIT } from '../command.ts'
import { conversationNamed } from '../conversations/known.ts'
import { speakerOf, type Words } from '../language.ts'
import { inWords, Unreachable } from '../station.ts'
import { follow } from './follow.ts'
import { textToSend } from './text.ts'

/** `waystation send`: the bot says something in a chat. */
export function addSend(program: Command, env: Env): void {
  const say = speakerOf(env)
  const command = program
    .command('send')
    .description(say({ en: 'the bot says something in a chat', zh: '以机器人的身份在聊天里发一条消息' }))
    .argument('<conversation>')
    .argument('[text]', say({ en: 'markdown; - or nothing: from stdin', zh: 'Markdown；写 - 或不写则从 stdin 读取' }))
  asks(command, env, send)
}

async function send(context: Context, given: string, written: string | undefined): Promise<Answer> {
  const { station, say, signal } = context
  const conversation = conversationNamed(context, given)
  const text = await textToSend(written, context)
  const fault = await faultOf(station.redis, conversation)
  if (fault)
    return { text: say(fault), json: { conversation, state: 'refused', verdict: say(fault) }, code: EXIT.failed }

  const reply = { id: randomUUID(), conversation, text, traceId: newTraceId() }
  try {
    await createOutbox(station.redis).put(reply)
    await station.outboxBells.ring(conversation)
  } catch (error) {
    const told = inWords(error, station)
    throw told instanceof Unreachable ? new Unreachable(unsure(reply.id)) : told
  }
  const { words, ...ended } = await follow(context, reply)
  const json = { conversation, replyId: reply.id, traceId: reply.traceId, ...ended, verdict: say(words) }
  return { text: say(words), json, code: ended.state === 'delivered' || signal.aborted ? EXIT.done : EXIT.failed }
}

/** Why it would arrive nowhere, as far as that is known before. */
async function faultOf(redis: Redis, conversation: ConversationId): Promise<Words | undefined> {
  const { channel, bot, thread } = conversationOf(conversation)
  if (channel === 'feishu' && thread !== undefined) return TOPIC
  const senders = (await whoIsAtWork(redis)).filter(({ service }) => service === 'sender')
  const bots = new Set(senders.flatMap(one => one.bots ?? []))
  // Without a sender nobody knows them.
  if (bots.size > 0 && !bots.has(`${channel}.${bot}`)) return noBot(`${channel}.${bot}`, [...bots])
  if (channel === 'web' && !(await createConversations(redis).isKnown(conversation))) return NO_PAGE
  return undefined
}

/** What Redis did not answer it may have carried out; whoever sends it again says it twice. */
const unsure = (id: string): Words => ({
  en: `Redis no longer answers, so it is not known whether this was sent. Once it does: waystation trace ${id}`,
  zh: `Redis 不再应答，不知道是否已发出。等它恢复后查看：waystation trace ${id}`,
})

const TOPIC = {
  en: 'In a topic of Feishu a bot can only answer. Send it to the chat: the id without its last part.',
  zh: '机器人在飞书话题里只能回复。请发到聊天本身：去掉 id 的最后一段。',
}

const noBot = (bot: string, bots: string[]) => ({
  en: `No sender has the bot ${bot}. There are: ${bots.join(', ')}`,
  zh: `没有 sender 连接机器人 ${bot}。已连接的有：${bots.join('、')}`,
})

const NO_PAGE = {
  en: 'Nothing is known of this conversation: a chat on the web exists once somebody has written in it.',
  zh: '没有这个会话的记录：网页聊天要有人写过消息才存在。',
}
