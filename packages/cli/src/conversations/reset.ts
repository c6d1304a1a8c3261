import type { ConversationId } from '@waystation/domain'
import { createConversations } from '@waystation/mailbox'
import { type Answer, type Context, Misused } from '../command.ts'
import { counted } from '../text.ts'

export async function reset(
  { station, say }: Context,
  ids: ConversationId[],
  { yes }: { yes?: boolean },
): Promise<Answer> {
  if (!yes) throw new Misused(say(sure(ids.length)))
  const conversations = createConversations(station.redis)
  const done = await Promise.all(ids.map(async id => ({ conversation: id, ...(await conversations.reset(id)) })))
  return { text: done.map(one => `${one.conversation}  ${say(forgotten(one))}`).join('\n'), json: done }
}

const sure = (count: number) => ({
  en: `What was said in ${count === 1 ? 'this conversation' : `${count} conversations`} would be forgotten for good. Add --yes if that is meant.`,
  zh: `${count} 个会话聊过的内容将被永久忘记。确认请加 --yes。`,
})

function forgotten({ exchanges, isAnswering }: { exchanges: number; isAnswering: boolean }) {
  const [en, zh] = isAnswering
    ? [' The answer that is under way is still given, and not remembered.', '正在生成的回答仍会给出，但不会被记住。']
    : ['', '']
  return {
    en: `${counted(exchanges, 'exchange')} ${exchanges === 1 ? 'is' : 'are'} forgotten.${en}`,
    zh: `忘记了 ${exchanges} 轮问答。${zh}`,
  }
}
