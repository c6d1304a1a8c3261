import { type Command, commands, type InboundMessage } from '@waystation/domain'
import type { Bot } from './bot.ts'
import type { Mention } from './event.ts'

type Words = {
  text: string
  mentions: InboundMessage['mentions']
  command?: Command
}

/** Stands for one of `mentions`, or for everybody; `@_user_10` begins like `@_user_1`, `@_allies` like `@_all`. */
const placeholder = /@_user_\d+|@_all(?!\w)/g
/** Often is in a text alone, and not in `mentions`. */
const everybody = { name: 'all', openId: undefined }

/**
 * A text with names in place of placeholders, and the bot's own taken out. A command counts where nothing but the bot's
 * name stands before it.
 */
export function readText(written: string, mentioned: readonly Mention[], bot: Bot): Words {
  const byKey = new Map(mentioned.map(mention => [mention.key, mention]))
  const standsFor = (key: string) => (key === '@_all' ? everybody : byKey.get(key))
  const mentions = new Map<string, { id?: string; name: string }>()
  let kept = ''
  let at = 0

  for (const { 0: key, index } of written.matchAll(placeholder)) {
    const mention = standsFor(key)
    if (!mention) continue
    const { name, openId } = mention
    kept += written.slice(at, index)
    at = index + key.length
    if (openId === bot.openId) {
      at = skipSpace(written, at, kept)
    } else {
      kept += `@${name}`
      mentions.set(key, { ...(openId === undefined ? {} : { id: openId }), name })
    }
  }
  const text = (kept + written.slice(at)).trim()
  const command = commandOf(text)
  return {
    // Somebody who writes just the bot's name wants something all the same.
    text: text || written.replace(placeholder, key => `@${standsFor(key)?.name ?? key.slice(1)}`).trim(),
    ...(command === undefined ? {} : { command }),
    mentions: [...mentions.values()],
  }
}

/** Where a word was taken out from between two spaces, one of them goes too. */
function skipSpace(text: string, at: number, before: string): number {
  return /(^|\s)$/.test(before) && /^\s/.test(text.slice(at, at + 1)) ? at + 1 : at
}

function commandOf(text: string): Command | undefined {
  const name = /^\/(\w+)(?=\s|$)/.exec(text)?.[1]?.toLowerCase()
  return commands.find(command => command === name)
}
