import type { ConversationId } from '@waystation/domain'
import { createConversations } from '@waystation/mailbox'
import type { Answer, Context } from '../command.ts'

export async function block({ station, say }: Context, ids: ConversationId[]): Promise<Answer> {
  const { block } = createConversations(station.redis)
  const blocked = await changed(ids, block)
  const text = say({
    en: `${blocked.length} of ${ids.length} blocked now. What was accepted before is still answered.`,
    zh: `${ids.length} 个中新屏蔽了 ${blocked.length} 个。之前已收下的消息仍会得到回答。`,
  })
  return { text, json: { blocked } }
}

export async function unblock({ station, say }: Context, ids: ConversationId[]): Promise<Answer> {
  const { unblock } = createConversations(station.redis)
  const unblocked = await changed(ids, unblock)
  const text = say({
    en: `${unblocked.length} of ${ids.length} unblocked. What was refused meanwhile does not come again.`,
    zh: `${ids.length} 个中解除了 ${unblocked.length} 个。期间拒收的消息不会再来。`,
  })
  return { text, json: { unblocked } }
}

/** Those of which it was not so before. */
async function changed(
  ids: ConversationId[],
  change: (id: ConversationId) => Promise<boolean>,
): Promise<ConversationId[]> {
  const done = await Promise.all(ids.map(change))
  return ids.filter((_, index) => done[index])
}
