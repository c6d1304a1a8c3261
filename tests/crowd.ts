import type { FeishuSimulator, TelegramSimulator } from '@waystation/testing'

type Chat<Id> = { id: Id; say(text: string): unknown }

/** What both platforms' simulators can do. */
type Platform<Id> = { open(): Chat<Id>; texts(chat: Id): string[] }

/** People in private chats who all write the numbered messages `m1`, `m2` …, to a model that repeats what it is asked. */
export const gatherCrowd = (telegram: TelegramSimulator, size: number) =>
  gather<number>({ open: telegram.privateChat, texts: telegram.texts }, size)

/** The same in Feishu. */
export const gatherFeishuCrowd = (feishu: FeishuSimulator, size: number) =>
  gather<string>({ open: feishu.p2p, texts: feishu.texts }, size)

function gather<Id>(platform: Platform<Id>, size: number) {
  const chats = Array.from({ length: size }, () => platform.open())
  let said = 0

  /** Everybody writes the next message. */
  function sayNext(): void {
    said += 1
    for (const chat of chats) chat.say(`m${said}`)
  }

  return {
    chats,
    sayNext,
    /** Everybody writes on and on, until what is returned is disposed of. */
    talk(everyMs: number): Disposable {
      const timer = setInterval(sayNext, everyMs)
      return { [Symbol.dispose]: () => clearInterval(timer) }
    },
    /** How what everybody wrote was answered. */
    tally: () => tally(platform, chats, said),
  }
}

/** `m1` to `m<last>`, as a model may say it. */
export const count = (last: number): string => Array.from({ length: last }, (_, index) => `m${index + 1}`).join(' ')

/**
 * `wrong`: the chats whose answers do not hold `m1` to `m<last>`, each once and in order, with the numbers around the
 * first that is not as it should be. A message that stands there twice in a row is read once, and counted in `doubled`.
 */
export function tally<Id>(platform: Pick<Platform<Id>, 'texts'>, chats: readonly { id: Id }[], last: number) {
  const wrong: string[] = []
  let doubled = 0
  for (const chat of chats) {
    const texts = platform.texts(chat.id)
    const once = texts.filter((text, index) => text !== texts[index - 1])
    doubled += texts.length - once.length
    const numbers = Array.from(once.join(' ').matchAll(/(?<![a-z\d])m(\d+)(?![a-z\d])/gi), ([, digits]) =>
      Number(digits),
    )
    const at = numbers.findIndex((number, index) => number !== index + 1)
    if (at !== -1) wrong.push(`chat ${chat.id}: … ${numbers.slice(Math.max(at - 2, 0), at + 3).join(' ')} …`)
    else if (numbers.length !== last) wrong.push(`chat ${chat.id}: ${numbers.length} of ${last}`)
  }
  return { wrong, doubled }
}
