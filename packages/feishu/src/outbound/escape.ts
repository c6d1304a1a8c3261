/** As Feishu's cards want a character written that is not to be read as formatting. */
export const reference = (character: string): string => `&#${character.codePointAt(0)};`

const references = (characters: string): string => characters.replace(/./gs, reference)

/**
 * Words, written so that Feishu reads no more into them than the lexer did: no tag (`<at id=all></at>` would mention
 * everybody), no code, link, image or table. All else stays as it is, `a < 5` too.
 */
export const escapeText = (text: string): string =>
  text
    .replace(/<(?![ \t]*[\d=<-])|`|~{3,}|!(?=\[)|\](?=[(:])|\\$/g, references)
    .split('\n')
    .map((line, index) => withoutRule(index === 0 ? line : line.trimStart()))
    .join('\n')

/**
 * What the lexer took for no address must be none for Feishu either: where an address ends, readers of markdown differ,
 * and one could swallow the back tick that begins code, and so let out what is in it.
 */
export const escapeAddresses = (text: string): string => text.replace(/:(?=\/\/)|(?<=www)\./gi, reference)

/** For what is shown in brackets as it is. */
export const escapeAll = (text: string): string => text.replace(/[!*<[\\\]_`|~]/g, reference)

/** `|---|---|`, which would make a table's head of the line before. */
const withoutRule = (line: string): string =>
  line.includes('|') && !/[^\s|:>-]/.test(line) ? line.replaceAll('|', reference) : line

/**
 * A tag that mentions somebody, made none by a character that nobody sees: for code and plain text, where a reference
 * would be read as it is written. Nothing promises that Feishu looks for no tags there.
 */
export const unmentioned = (text: string): string => text.replace(/<(?=\/?at\b)/gi, '<\u200b')
