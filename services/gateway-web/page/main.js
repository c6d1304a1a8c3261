import { createComposer } from '/composer.js'
import { follow } from '/connection.js'
import { part } from '/dom.js'
import { keepNewestInView } from '/scroll.js'
import { say, speak } from '/strings.js'
import { commandOf, createTranscript } from '/transcript.js'
import { createUnsent } from '/unsent.js'

/** A page that comes back sooner was hardly away. */
const BANNER_AFTER_MS = 1_500

speak()
const transcript = createTranscript(look)
const toNewest = keepNewestInView()
const unsent = createUnsent(({ id, text }) => {
  if (!commandOf(text)) transcript.expectAnswer(id)
})
const composer = createComposer(send)
let bannerTimer = 0

follow({
  onEvent(event) {
    if (event.type === 'message') unsent.remove(event.id)
    transcript.tell(event)
  },
  onIdle() {
    part('greeting').hidden = !isEmpty()
  },
  onUp() {
    clearTimeout(bannerTimer)
    bannerTimer = 0
    part('banner').hidden = true
    unsent.flush()
  },
  onDown() {
    bannerTimer ||= setTimeout(() => {
      part('banner').textContent = navigator.onLine ? say.reconnecting : say.offline
      part('banner').hidden = false
    }, BANNER_AFTER_MS)
  },
})

part('stop').addEventListener('click', stop)
addEventListener('keydown', event => {
  if (event.key === 'Escape' && !event.isComposing && transcript.isBusy() && !asking().open) stop()
})
part('renew').addEventListener('click', () => {
  if (isEmpty()) composer.focus()
  else asking().showModal()
})
asking().addEventListener('close', () => {
  if (asking().returnValue === 'yes') send('/reset')
  asking().returnValue = ''
  composer.focus()
})

/** @param {string} text */
function send(text) {
  part('greeting').hidden = true
  unsent.send(text)
  toNewest()
}

function stop() {
  send('/stop')
  composer.focus()
}

function look() {
  part('stop').hidden = !transcript.isBusy()
  if (!isEmpty()) part('greeting').hidden = true
}

function isEmpty() {
  return transcript.isEmpty() && unsent.isEmpty()
}

/** @returns {HTMLDialogElement} */
function asking() {
  return /** @type {HTMLDialogElement} */ (part('asking'))
}
