import type { TelegramSimulator } from '@waystation/testing'

type Chat = ReturnType<TelegramSimulator['privateChat']>

/** People in private chats who all write the numbered messages `m1`, `m2` …, to a model that repeats what it is asked. */
export function gatherCrowd(telegram: TelegramSimulator, size: number) {
  const chats = Array.from({ length: size }, () => telegram.privateChat())
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
    tally: () => tally(telegram, chats, said),
  }
}

/** `m1` to `m<last>`, as a model may say it. */
export const count = (last: number): string => Array.from({ length: last }, (_, index) => `m${index + 1}`).join(' ')

/**
 * `wrong`: the chats whose answers do not hold `m1` to `m<last>`, each once and in order, with the numbers around the
 * first that is not as it should be. A message that stands there twice in a row is read once, and counted in `doubled`.
 */
export function tally(telegram: TelegramSimulator, chats: readonly Chat[], last: number) {
  const wrong: string[] = []
  let doubled = 0
  for (const chat of chats) {
    const texts = telegram.texts(chat)
    const once = texts.filter((text, index) => text !== texts[index - 1])
    doubled += texts.length - once.length
    const numbers = Array.from(once.join(' ').matchAll(/\bm(\d+)\b/g), ([, digits]) => Number(digits))
    const at = numbers.findIndex((number, index) => number !== index + 1)
    if (at !== -1) wrong.push(`chat ${chat.id}: … ${numbers.slice(Math.max(at - 2, 0), at + 3).join(' ')} …`)
    else if (numbers.length !== last) wrong.push(`chat ${chat.id}: ${numbers.length} of ${last}`)
  }
  return { wrong, doubled }
}
