import { part } from '/dom.js'

/** A line or two: who is this near the end wants to see what comes. */
const NEAR_PX = 60

/** Keeps the newest message in view, unless the person has scrolled away from it. */
export function keepNewestInView() {
  const latest = part('latest')
  let following = true

  addEventListener('scroll', () => {
    following = document.documentElement.scrollHeight - innerHeight - scrollY < NEAR_PX
    latest.hidden = following
  })
  new ResizeObserver(() => {
    if (following) toNewest()
  }).observe(document.body)
  latest.addEventListener('click', toNewest)
  return toNewest

  function toNewest() {
    following = true
    latest.hidden = true
    scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })
  }
}
