/**
 * An element with its class and what it holds. Texts become text, never markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function create(tag, className, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children)
  return element
}

/**
 * A button that does one thing.
 * @param {string} className
 * @param {string} label
 * @param {() => void} onClick
 */
export function button(className, label, onClick) {
  const element = create('button', className, label)
  element.type = 'button'
  element.addEventListener('click', onClick)
  return element
}

/**
 * An element that the page is known to have.
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 */
export const part = id => /** @type {Kind} */ (document.getElementById(id))
