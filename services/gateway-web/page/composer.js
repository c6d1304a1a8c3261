import { part } from '/dom.js'
import { say } from '/strings.js'

/** UTF-16 units, as the server counts. */
const MAX_TEXT = 16_000
/** What a keydown reports while an input method composes; Safari has ended the composition by then. */
const COMPOSING = 229

/**
 * The box one writes in. Enter sends, Shift+Enter starts a new line.
 * @param {(text: string) => void} onSend
 */
export function createComposer(onSend) {
  const form = part('composer')
  const box = /** @type {HTMLTextAreaElement} */ (part('text'))
  const fault = part('fault')

  box.addEventListener('input', fit)
  box.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === COMPOSING) return
    event.preventDefault()
    submit()
  })
  form.addEventListener('submit', event => {
    event.preventDefault()
    submit()
  })
  box.focus()
  fit()

  return { focus: () => box.focus() }

  function submit() {
    const text = box.value.trim()
    if (text === '' || text.length > MAX_TEXT) return
    onSend(text)
    box.value = ''
    fit()
    box.focus()
  }

  /** As high as the text, within what the style allows. */
  function fit() {
    box.style.height = 'auto'
    box.style.height = `${box.scrollHeight}px`
    const over = box.value.trim().length - MAX_TEXT
    fault.textContent = over > 0 ? say.tooLong(over) : ''
    box.ariaInvalid = String(over > 0)
  }
}
