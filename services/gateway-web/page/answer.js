import { create } from '/dom.js'
import { lex, render } from '/markdown.js'
import { say } from '/strings.js'

/**
 * One reply, as it grows and when it is whole. Events may come twice, or late; what is final stays.
 * @typedef {{ replyId: string, inReplyTo: string, state: 'open' | 'final' | 'failed', from: number, text: string,
 *   route?: { tier: 'local' | 'commercial', model: string } }} ReplyEvent
 */
export function createAnswer() {
  const body = create('div', 'body')
  body.dir = 'auto'
  const element = create('article', 'answer', body)
  element.ariaLabel = say.answer
  // Those who hear the page hear an answer once, when it is whole.
  element.ariaBusy = 'true'

  let text = ''
  let state = 'open'
  let isDrawing = false
  /** @type {{ key: string, element: HTMLElement }[]} */
  let shown = []

  return {
    element,
    isOpen: () => state === 'open',

    /** @param {ReplyEvent} event */
    update(event) {
      if (state !== 'open' && event.state === 'open') return
      // The beginning was already tidied away; the whole text follows soon.
      if (event.from > text.length) return
      text = text.slice(0, event.from) + event.text
      state = event.state
      if (state !== 'open') finish(event)
      if (!isDrawing) requestAnimationFrame(draw)
      isDrawing = true
    },
  }

  /** @param {ReplyEvent} event */
  function finish({ route }) {
    element.ariaBusy = 'false'
    element.classList.toggle('failed', state === 'failed')
    element.querySelector('.route')?.remove()
    if (route) element.append(create('p', 'route', `${route.model} · ${say.tiers[route.tier]}`))
  }

  function draw() {
    isDrawing = false
    try {
      drawBlocks(lex(text))
    } catch {
      // A hostile text can nest deeper than the parser can follow.
      shown = []
      body.replaceChildren(create('p', 'plain', text))
    }
  }

  /** Draws from the first block that changed, so that what is being read stays put. @param {ReturnType<typeof lex>} blocks */
  function drawBlocks(blocks) {
    const changed = blocks.findIndex(({ key }, index) => key !== shown[index]?.key)
    const kept = shown.slice(0, changed === -1 ? blocks.length : changed)
    const drawn = blocks.slice(kept.length).map(block => ({ key: block.key, element: render(block) }))
    while (body.children.length > kept.length) body.lastElementChild?.remove()
    body.append(...drawn.map(block => block.element))
    shown = [...kept, ...drawn]
  }
}
