/** As Feishu's cards want a character written that is not to be read as formatting. */
export const reference = (character: string): string => `&#${character.codePointAt(0)};`

/**
 * Words, written so that Feishu reads no more into them than the lexer did: no tag (`<at id=all></at>` would mention
 * everybody), no code, link, image or table. All else stays as it is, `a < 5` too.
 */
export const escapeText = (text: string): string =>
  text
    .replace(/<(?![ \t]*[\d=<-])|`|~{3,}|!(?=\[)|\](?=[(:])/g, written => written.replace(/./g, reference))
    .split('\n')
    .map((line, index) => withoutRule(index === 0 ? line : line.trimStart()))
    .join('\n')

/** For words between other formatting: their last character would belong to what follows. */
export const escapeEnd = (text: string): string => text.replace(/[!\\]$/, reference)

/** For an address that is shown. */
export const escapeAll = (text: string): string => text.replace(/[!*<[\\\]_`|~]/g, reference)

/** `|---|---|`, which would make a table's head of the line before. */
const withoutRule = (line: string): string =>
  line.includes('|') && !/[^\s|:>-]/.test(line) ? line.replaceAll('|', reference) : line
