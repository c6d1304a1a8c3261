import { button, create } from '/dom.js'
import { say } from '/strings.js'
import { Marked } from '/vendor/marked.js'
import DOMPurify from '/vendor/purify.js'

const COPIED_MS = 1_500

/** What markdown can mean in a chat. Nothing that loads, runs, submits or styles. */
const tags =
  'a blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p pre strong table tbody td th thead tr ul #text'.split(' ')

const escaped = (/** @type {string} */ text) => text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)

const marked = new Marked({
  gfm: true,
  // Models write a line break and mean one.
  breaks: true,
  renderer: {
    // HTML in an answer is something to read; only a line break, the one way to have it in a table, is obeyed.
    html({ text, block }) {
      if (/^<br\s*\/?>$/i.test(text.trim())) return '<br>'
      return block ? `<p>${escaped(text.trim()).replaceAll('\n', '<br>')}</p>` : escaped(text)
    },
    // To load a picture would tell its server that, when and where this is read.
    image: ({ href, text }) => `<a href="${escaped(href)}">${escaped(text || href)}</a>`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
})

DOMPurify.addHook('afterSanitizeAttributes', element => {
  if (element.tagName !== 'A') return
  element.setAttribute('target', '_blank')
  element.setAttribute('rel', 'noopener noreferrer')
})

/**
 * The top-level blocks of a text: paragraphs, lists, code. Two blocks with the same key look the same. Throws where
 * markdown nests absurdly deep.
 * @param {string} text
 */
export function lex(text) {
  const tokens = marked.lexer(text)
  // A link defined at the end may be used at the beginning.
  const links = Object.keys(tokens.links).join()
  return tokens
    .filter(({ type }) => type !== 'space' && type !== 'def')
    .map(token => ({ token, key: `${links}\n${token.raw}` }))
}

/**
 * A block as elements that are safe to show, whatever a model or a person wrote.
 * @param {ReturnType<typeof lex>[number]} block
 */
export function render({ token }) {
  const fragment = DOMPurify.sanitize(marked.parser([token]), {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: ['align', 'class', 'href', 'start', 'title'],
    ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
    // By default whatever is not known to be no address must look like one.
    ADD_URI_SAFE_ATTR: ['align', 'start'],
    RETURN_DOM_FRAGMENT: true,
  })
  for (const pre of fragment.querySelectorAll('pre')) frameCode(pre)
  for (const table of fragment.querySelectorAll('table')) {
    const frame = create('div', 'wide')
    frame.tabIndex = 0
    table.replaceWith(frame)
    frame.append(table)
  }
  return create('div', 'block', fragment)
}

/** @param {HTMLPreElement} pre */
function frameCode(pre) {
  const code = pre.textContent.replace(/\n$/, '')
  const language = /\blanguage-(\S+)/.exec(pre.firstElementChild?.className ?? '')?.[1] ?? ''
  const bar = create('div', 'bar', create('span', '', language))
  // Browsers lend the clipboard to https and localhost only.
  if (navigator.clipboard) bar.append(copyButton(code))
  const frame = create('div', 'code', bar)
  // So that the keyboard can scroll it.
  pre.tabIndex = 0
  pre.replaceWith(frame)
  frame.append(pre)
}

/** @param {string} code */
function copyButton(code) {
  const copy = button('quiet', say.copy, async () => {
    await navigator.clipboard.writeText(code)
    copy.textContent = say.copied
    setTimeout(() => (copy.textContent = say.copy), COPIED_MS)
  })
  return copy
}
