import { createAnswer } from '/answer.js'
import { create, part } from '/dom.js'
import { say } from '/strings.js'

/** A sender says "typing" every 4 s; one word may be lost. */
const TYPING_MS = 10_000

/**
 * What was said, in the order of the conversation's events. Telling an event twice changes nothing.
 * @typedef {{ type: 'message', id: string, text: string, at: number }} MessageEvent
 * @typedef {{ type: 'typing' } | MessageEvent | { type: 'reply' } & import('./answer.js').ReplyEvent} ChatEvent
 * @param {() => void} onChange
 */
export function createTranscript(onChange) {
  const log = part('log')
  const typing = part('typing')
  /** @type {Map<string, 'question' | 'command'>} by the id of the message */
  const messages = new Map()
  /** @type {Map<string, ReturnType<typeof createAnswer>>} by the id of the reply */
  const answers = new Map()
  /** @type {Map<string, HTMLElement>} by the id of the message it answers */
  const answersTo = new Map()
  let typingTimer = 0

  return {
    isEmpty: () => log.childElementCount === 0,
    /** Whether an answer is on its way. */
    isBusy: () => !typing.hidden || [...answers.values()].some(answer => answer.isOpen()),

    /** It was sent, so an answer should follow, if it is not here already. @param {string} id of the message */
    expectAnswer(id) {
      if (!answersTo.has(id)) showTyping(true)
    },

    /** @param {ChatEvent} event */
    tell(event) {
      if (event.type === 'message') tellMessage(event)
      else if (event.type === 'reply') tellReply(event)
      else showTyping(true)
      onChange()
    },
  }

  /** @param {MessageEvent} message */
  function tellMessage({ id, text, at }) {
    if (messages.has(id)) return
    // A quick answer may be told before its question is.
    const answer = answersTo.get(id) ?? null
    const command = commandOf(text)
    if (command === 'reset') forget(answer)
    messages.set(id, command ? 'command' : 'question')
    if (command) {
      answer?.classList.add('aside')
    } else {
      const element = saying(text)
      element.title = new Date(at).toLocaleString(say.tag)
      log.insertBefore(element, answer)
    }
  }

  /** @param {import('./answer.js').ReplyEvent} event */
  function tellReply(event) {
    const known = answers.get(event.replyId)
    const answer = known ?? createAnswer()
    answer.update(event)
    showTyping(false)
    if (known) return
    answers.set(event.replyId, answer)
    answersTo.set(event.inReplyTo, answer.element)
    if (messages.get(event.inReplyTo) === 'command') answer.element.classList.add('aside')
    log.append(answer.element)
  }

  /** Only an answer that is being written stays, and the one that says so. @param {Element | null} saysSo */
  function forget(saysSo) {
    messages.clear()
    answersTo.clear()
    for (const [replyId, { element, isOpen }] of answers) if (!isOpen() && element !== saysSo) answers.delete(replyId)
    log.replaceChildren(...[...answers.values()].map(answer => answer.element))
  }

  /** @param {boolean} shown */
  function showTyping(shown) {
    clearTimeout(typingTimer)
    typing.hidden = !shown
    if (shown) typingTimer = setTimeout(() => showTyping(false), TYPING_MS)
    onChange()
  }
}

/** What the person wrote, as it was written. @param {string} text */
export function saying(text) {
  const body = create('p', 'body', text)
  body.dir = 'auto'
  const element = create('article', 'saying', body)
  element.ariaLabel = say.you
  return element
}

/**
 * Said to the assistant about the conversation, not in it: its answer is no more than a note.
 * @param {string} text
 */
export const commandOf = text => /^\/(reset|stop)(?=\s|$)/i.exec(text)?.[1]?.toLowerCase()
