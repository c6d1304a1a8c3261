import { randomBytes } from 'node:crypto'
import type { FeishuApp } from './apps.ts'
import type { Chats, StoredMessage } from './chats.ts'
import type { Endpoint, Request } from './endpoint.ts'
import type { FeishuReaction, Records } from './records.ts'
import { Refused } from './refused.ts'

/** The endpoints by which a bot shows an emoji on a message, as its "typing", and takes it away. */
export function reactionEndpoints({ chats, records }: { chats: Chats; records: Records }) {
  const owners = new Map<FeishuReaction, string>()
  // Under load, the records grow too long to look through.
  const byMessage = new Map<string, FeishuReaction[]>()
  const shownOn = ({ id }: StoredMessage): FeishuReaction[] =>
    (byMessage.get(id) ?? []).filter(({ removedAt }) => removedAt === undefined)

  function react({ app, path, body }: Request): object {
    const message = reachable(path.message_id, app)
    // Any object of a request, so any shape.
    const { emoji_type: emoji } = (body.reaction_type ?? {}) as { emoji_type?: unknown }
    // The platform's list is long; what has the form of a name in it passes here.
    if (typeof emoji !== 'string' || !/^[A-Za-z][A-Za-z0-9_]*$/.test(emoji))
      throw new Refused(231001, 'reaction type is invalid.')
    const known = shownOn(message).find(other => other.emoji === emoji && owners.get(other) === app.appId)
    const reaction = known ?? add(message, emoji, app)
    return answerOf(reaction, app)
  }

  function add(message: StoredMessage, emoji: string, app: FeishuApp): FeishuReaction {
    const reactionId = randomBytes(24).toString('base64url')
    const reaction: FeishuReaction = { messageId: message.id, emoji, reactionId, at: Date.now() }
    owners.set(reaction, app.appId)
    byMessage.set(message.id, [...shownOn(message), reaction])
    records.reactions.push(reaction)
    return reaction
  }

  function unreact({ app, path }: Request): object {
    const message = reachable(path.message_id, app)
    const reaction = shownOn(message).find(other => other.reactionId === path.reaction_id)
    if (!reaction) throw new Refused(231007, 'The reaction is not found.')
    if (owners.get(reaction) !== app.appId)
      throw new Refused(231002, 'The operator has no permission to react on the specific message.')
    reaction.removedAt = Date.now()
    return answerOf(reaction, app)
  }

  function reachable(id: string | undefined, app: FeishuApp): StoredMessage {
    const message = chats.messages.get(id ?? '')
    if (!message || message.recalledAt !== undefined)
      throw new Refused(231003, 'The message is not found, maybe not exist or deleted.')
    if (!message.chat.bots.has(app.appId))
      throw new Refused(231002, 'The operator has no permission to react on the specific message.')
    return message
  }

  const scopes = ['im:message', 'im:message.reactions:write_only']
  const chatOf = ({ path }: Request) => chats.messages.get(path.message_id ?? '')?.chat.id
  return { react: { run: react, scopes, chatOf }, unreact: { run: unreact, scopes, chatOf } } satisfies Record<
    string,
    Endpoint
  >
}

const answerOf = ({ reactionId, emoji, at }: FeishuReaction, app: FeishuApp): object => ({
  reaction_id: reactionId,
  operator: { operator_id: app.appId, operator_type: 'app' },
  action_time: String(at),
  reaction_type: { emoji_type: emoji },
})
