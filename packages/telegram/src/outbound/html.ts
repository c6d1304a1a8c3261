import { decodeReferences } from '@waystation/markdown'
import type { Run, Style } from './page.ts'

/** What the four characters that HTML reserves are written as; Telegram knows no other names. */
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

const escapeText = (text: string): string => text.replace(/[&<>]/g, character => escapes[character] ?? character)

/** A value between double quotes. */
export const attribute = (text: string): string => text.replace(/[&<>"]/g, character => escapes[character] ?? character)

/** Runs as Telegram's HTML: every tag closed in its turn, none left open. */
export function toHtml(runs: Run[]): string {
  let html = ''
  let open: readonly Style[] = []
  for (const { text, styles } of [...runs, { text: '', styles: [] }]) {
    const shared = sharedStart(open, styles)
    html += open
      .slice(shared)
      .map(({ close }) => close)
      .reverse()
      .join('')
    html += styles
      .slice(shared)
      .map(({ open }) => open)
      .join('')
    html += escapeText(text)
    open = styles
  }
  return html
}

/** The text that `toHtml`'s HTML shows. */
export const toPlainText = (html: string): string => decodeReferences(html.replace(/<[^>]*>/g, ''))

function sharedStart(one: readonly Style[], other: readonly Style[]): number {
  let shared = 0
  while (shared < one.length && one[shared] === other[shared]) shared += 1
  return shared
}
