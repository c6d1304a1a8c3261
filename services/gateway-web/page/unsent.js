import { button, create, part } from '/dom.js'
import { say } from '/strings.js'
import { commandOf, saying } from '/transcript.js'

const STORED = 'waystation.unsent'
const TIMEOUT_MS = 15_000
const RETRY_FIRST_MS = 1_000
const RETRY_MOST_MS = 15_000
/** Asked again later, these may succeed. */
const PASSING_TROUBLE = [408, 429, 502, 503, 504]

/**
 * Messages on their way out: one after the other, in order, each under the id it was given when it was written, so
 * that it counts once however often it is sent. They survive a reload.
 * @typedef {{ id: string, text: string, refused?: string }} Message
 * @param {(message: Message) => void} onSent
 */
export function createUnsent(onSent) {
  /** @type {Message[]} */
  const messages = restore()
  /** @type {Map<string, HTMLElement>} */
  const elements = new Map()
  let sending = false
  let retryMs = RETRY_FIRST_MS
  let timer = 0

  for (const message of messages) show(message)
  flush()

  return {
    flush,
    isEmpty: () => elements.size === 0,

    /** @param {string} text */
    send(text) {
      const message = { id: uuid(), text }
      messages.push(message)
      show(message)
      flush()
    },

    /** It appeared among the conversation's events. */
    remove,
  }

  /** @param {string} id */
  function remove(id) {
    elements.get(id)?.remove()
    elements.delete(id)
    take(id)
  }

  async function flush() {
    clearTimeout(timer)
    if (sending) return
    sending = true
    for (let message = next(); message; message = next()) {
      const outcome = await post(message)
      if (outcome === 'later') {
        for (const waiting of messages) if (waiting.refused === undefined) describe(waiting, say.waiting)
        timer = setTimeout(flush, retryMs)
        retryMs = Math.min(retryMs * 2, RETRY_MOST_MS)
        break
      }
      retryMs = RETRY_FIRST_MS
      settle(message, outcome)
    }
    sending = false
  }

  function next() {
    store(messages)
    return messages.find(({ refused }) => refused === undefined)
  }

  /** @param {Message} message @param {'sent' | { refused: string }} outcome */
  function settle(message, outcome) {
    if (outcome === 'sent') {
      describe(message, '')
      take(message.id)
      onSent(message)
    } else {
      message.refused = outcome.refused
      describeRefused(message)
    }
  }

  /** @param {string} id */
  function take(id) {
    const index = messages.findIndex(message => message.id === id)
    if (index !== -1) messages.splice(index, 1)
  }

  /** @param {Message} message */
  function show(message) {
    const element = saying(message.text)
    element.append(create('p', 'state'))
    // Its answer says enough, and comes at once.
    if (commandOf(message.text)) element.classList.add('unhurried')
    elements.set(message.id, element)
    part('unsent').append(element)
    if (message.refused === undefined) describe(message, say.sending)
    else describeRefused(message)
  }

  /** @param {Message} message @param {...(string | Node)} words */
  function describe({ id, refused }, ...words) {
    const element = elements.get(id)
    element?.classList.toggle('refused', refused !== undefined)
    element?.querySelector('.state')?.replaceChildren(...words)
  }

  /** @param {Message} message */
  function describeRefused(message) {
    const retry = button('quiet', say.retry, () => {
      delete message.refused
      describe(message, say.sending)
      flush()
    })
    const discard = button('quiet', say.discard, () => {
      remove(message.id)
      store(messages)
    })
    describe(message, say.reasons[message.refused ?? ''] ?? say.failed, ' ', retry, ' ', discard)
  }
}

/** @param {Message} message @returns {Promise<'sent' | 'later' | { refused: string }>} */
async function post(message, renewed = false) {
  try {
    const { id, text } = message
    const response = await fetch('/api/messages', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ id, text }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (response.ok) return 'sent'
    if (PASSING_TROUBLE.includes(response.status)) return 'later'
    if (response.status === 401 && !renewed) {
      await fetch('/', { cache: 'no-store' })
      return post(message, true)
    }
    const { error } = await response.json().catch(() => ({}))
    return { refused: String(error) }
  } catch {
    return 'later'
  }
}

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED) ?? '[]')
  } catch {
    // Storage can be forbidden.
    return []
  }
}

/** @param {Message[]} messages */
function store(messages) {
  try {
    sessionStorage.setItem(STORED, JSON.stringify(messages))
  } catch {
    // They are still in memory.
  }
}

/** `crypto.randomUUID` exists on https and localhost only. */
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toHex?.() ?? Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
