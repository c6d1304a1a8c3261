import { attribute } from './html.ts'
import type { Style } from './page.ts'

export const bold = style('b')
export const italic = style('i')
export const struck = style('s')
export const code = style('code')

/** New each time: two quotes in a row are two. */
export const quote = (): Style => style('blockquote')

/** `info`: what stands behind a fence's back ticks, the language first. */
export function pre(info = ''): Style {
  const language = /^[\w+#.-]{1,32}(?=\s|$)/.exec(info)?.[0]
  if (language === undefined) return style('pre')
  return { tag: 'pre', open: `<pre><code class="language-${language}">`, close: '</code></pre>' }
}

const linkProtocols = new Set(['http:', 'https:', 'mailto:', 'tg:'])

/** Nothing for an address that Telegram would not open. */
export function link(href: string): Style | undefined {
  return linkProtocols.has(URL.parse(href)?.protocol ?? '') ? style('a', ` href="${attribute(href)}"`) : undefined
}

/** A style is not repeated inside itself. */
export function within(styles: readonly Style[], added: Style | undefined): readonly Style[] {
  return !added || styles.some(({ tag }) => tag === added.tag) ? styles : [...styles, added]
}

/** For code: Telegram allows no other tag around it than a quote's. */
export const codeWithin = (styles: readonly Style[], added: Style): readonly Style[] => [
  ...styles.filter(({ tag }) => tag === 'blockquote'),
  added,
]

function style(tag: Style['tag'], attributes = ''): Style {
  return { tag, open: `<${tag}${attributes}>`, close: `</${tag}>` }
}
