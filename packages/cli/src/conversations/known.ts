import { type ConversationId, conversationOf, isConversationId } from '@waystation/domain'
import { createConversations } from '@waystation/mailbox'
import { type Answer, type Context, EXIT, Misused } from '../command.ts'
import { asWritten } from '../reading.ts'

/** Of one unknown id; a forum may have hundreds of topics. */
const MOST_ALIKE = 10
/** Of what names none, as much as shows what was given. */
const LONGEST = 60

/** Does it to conversations that Redis holds something of; where one is unknown, nothing, and tells those that are like it. */
export const ofKnown =
  <Options>(answer: (context: Context, ids: ConversationId[], options: Options) => Promise<Answer>) =>
  async (context: Context, given: string[], options: Options): Promise<Answer> => {
    const ids = [...new Set(given)].map(id => conversationNamed(context, id))
    const conversations = createConversations(context.station.redis)
    const isKnown = await Promise.all(ids.map(conversations.isKnown))
    const unknown = ids.filter((_, index) => !isKnown[index])
    return unknown.length === 0 ? answer(context, ids, options) : tellAlike(context, unknown)
  }

/** Throws `Misused`. */
export function conversationNamed({ say }: Pick<Context, 'say'>, id: string): ConversationId {
  if (isConversationId(id)) return id
  throw new Misused(say(shape(asWritten(id.length > LONGEST ? `${id.slice(0, LONGEST)}…` : id))))
}

const shape = (id: string) => ({
  en: `"${id}" names no conversation. An id is <channel>.<bot>.<chat>, in a topic <channel>.<bot>.<chat>.<thread>: telegram.123456789.42.`,
  zh: `“${id}”不是会话 id。id 的形式是 <渠道>.<机器人>.<聊天>，话题中是 <渠道>.<机器人>.<聊天>.<话题>，例如 telegram.123456789.42。`,
})

async function tellAlike({ station, say }: Context, unknown: ConversationId[]): Promise<Answer> {
  const alike = new Map(unknown.map(id => [id, [] as ConversationId[]]))
  let count = 0
  for await (const known of createConversations(station.redis).all({ blocked: false })) {
    count += 1
    for (const [id, those] of alike) if (those.length < MOST_ALIKE && isAlike(known, id)) those.push(known)
  }
  const text = [...alike].map(([id, those]) => say(those.length > 0 ? like(id, those) : none(id, count))).join('\n')
  return { text, json: { unknown: Object.fromEntries(alike), known: count }, code: EXIT.failed }
}

/** Another topic of the chat, or the same chat with another bot. */
function isAlike(known: ConversationId, id: ConversationId): boolean {
  const [one, other] = [conversationOf(known), conversationOf(id)]
  return one.chat === other.chat && one.channel === other.channel
}

const like = (id: string, those: string[]) => ({
  en: `Nothing is known of ${id}. Of its chat there is: ${those.join(', ')}`,
  zh: `没有 ${id} 的记录。同一聊天已知的有：${those.join('、')}`,
})

const none = (id: string, count: number) => ({
  en: `Nothing is known of ${id}, or no longer. Conversations that are known: ${count} (waystation conversations list)`,
  zh: `没有 ${id} 的记录，或已不再保存。已知的会话有 ${count} 个（waystation conversations list）`,
})
