import type { MarkedToken, Tokens } from 'marked'

/** A link that shows its address, in angle brackets or bare. */
export const isAddress = (token: MarkedToken | undefined): token is Tokens.Link =>
  token?.type === 'link' && token.autolink === true

export const isBare = (token: MarkedToken | undefined): token is Tokens.Link =>
  isAddress(token) && !token.raw.startsWith('<')

/** Feishu opens these; what else a browser could be told to do is no link. */
export const isOpened = (href: string): boolean => /^(https?:\/\/|mailto:)/i.test(href) && URL.canParse(href)

/** Without what would end an address in markdown. */
export const addressOf = (href: string): string =>
  href.replace(/[\s"()<>\\`|]/g, character =>
    // Those two a browser leaves as they are.
    character === '(' ? '%28' : character === ')' ? '%29' : encodeURIComponent(character),
  )
