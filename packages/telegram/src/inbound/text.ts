import { type Command, commands, type InboundMessage } from '@waystation/domain'
import type { Bot } from './bot.ts'
import type { Entity } from './update.ts'

export type Words = {
  text: string
  mentions: InboundMessage['mentions']
  command?: Command
  /** How the words call the bot, or by a command some other bot. */
  calls: { bot: 'command' | 'mention' | 'no'; other: boolean }
}

/**
 * A text or caption with the bot's name taken out: `@my_bot` goes, `/help@my_bot` becomes `/help`. A command counts
 * where nothing but the bot's name stands before it.
 */
export function readText(text: string, entities: Entity[], bot: Bot): Words {
  const isBot = (username: string) => username.toLowerCase() === bot.username.toLowerCase()
  const words: Words = { text: '', mentions: [], calls: { bot: 'no', other: false } }
  const kept: string[] = []
  let at = 0
  let nothingBefore = true

  for (const { type, offset, length, user } of entities.toSorted((a, b) => a.offset - b.offset)) {
    // Entities may contain one another; only text styles do.
    if (offset < at) continue
    const written = text.slice(offset, offset + length)
    const keepUntil = (end: number) => {
      const piece = text.slice(at, end)
      kept.push(piece)
      nothingBefore &&= piece.trim() === ''
      at = end
    }
    if (type === 'mention' || (type === 'text_mention' && user)) {
      const isMe = user ? user.id === bot.id : isBot(written.slice(1))
      keepUntil(offset)
      if (isMe) {
        if (words.calls.bot === 'no') words.calls.bot = 'mention'
        at = skipSpace(text, offset + length, kept.at(-1))
      } else {
        words.mentions.push(user ? { id: String(user.id), name: nameOf(user) } : { name: written.slice(1) })
      }
    } else if (type === 'bot_command') {
      const [name = '', target] = written.slice(1).split('@')
      keepUntil(offset)
      if (target !== undefined && !isBot(target)) {
        words.calls.other ||= nothingBefore
        continue
      }
      const command = nothingBefore ? commands.find(command => command === name.toLowerCase()) : undefined
      if (command) words.command ??= command
      if (target !== undefined || command) words.calls.bot = 'command'
      kept.push(`/${name}`)
      nothingBefore = false
      at = offset + length
    }
  }
  words.text = [...kept, text.slice(at)].join('').trim()
  return words
}

export const nameOf = ({ first_name, last_name }: { first_name: string; last_name?: string | undefined }): string =>
  [first_name, last_name].filter(Boolean).join(' ')

/** Where a word was taken out from between two spaces, one of them goes too. */
function skipSpace(text: string, at: number, before = ''): number {
  return (before === '' || /\s$/.test(before)) && /^\s/.test(text.slice(at, at + 1)) ? at + 1 : at
}
