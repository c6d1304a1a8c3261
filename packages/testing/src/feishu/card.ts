import { isDeepStrictEqual } from 'node:util'

export type Json = Record<string, unknown>

export type Button = { label: string; value?: unknown; disabled: boolean }

/** What people see of a card. */
export type CardFace = { text: string; buttons: Button[] }

/** Why the platform makes no card of it; `code` is the sub-code in the message of 230099. */
export class BadCard extends Error {
  override name = 'BadCard'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const MOST_TABLES = 3

/** Tags of cards 1.0 that 2.0 no longer takes. */
const gone = new Set(['action', 'note'])

const textTags = new Set(['markdown', 'lark_md', 'plain_text'])

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws `BadCard`. */
export function parseCard(text: string): Json {
  const card = tryParse(text)
  if (!isObject(card)) throw new BadCard(200621, 'parse card json err, please check whether the card json is correct')
  checkCard(card)
  return card
}

/** Throws `BadCard` for what the platform refuses to show. */
export function checkCard(card: Json): void {
  const elements = elementsOf(card)
  if (!elements) throw new BadCard(200621, 'parse card json err, the card has no elements')
  const all = [...withDescendants(elements)]
  const unsupported = card.schema === '2.0' ? all.find(({ tag }) => gone.has(String(tag))) : undefined
  if (unsupported) throw new BadCard(200861, `cards of schema V2 no longer support this capability; ${unsupported.tag}`)
  const markdown = all.filter(({ tag }) => tag === 'markdown' || tag === 'lark_md').map(textOf)
  const tables = all.filter(({ tag }) => tag === 'table').length + markdown.map(tablesIn).reduce((a, b) => a + b, 0)
  if (tables > MOST_TABLES) throw new BadCard(11310, 'card table number over limit')
  if (markdown.some(hasForeignImage)) throw new BadCard(200570, 'card contains invalid image keys')
}

/** 1.0 says so in `config`; 2.0 knows nothing else. */
export function isShared(card: Json): boolean {
  const { update_multi: multi } = configOf(card)
  return card.schema === '2.0' ? multi !== false : multi === true
}

export const configOf = ({ config }: Json): Json => (isObject(config) ? config : {})

/** Texts under each other in their order; the title and what is written on buttons is left out. */
export function faceOf(card: Json): CardFace {
  const texts: string[] = []
  const buttons: Button[] = []
  const read = (element: Json): void => {
    if (element.tag === 'button') return void buttons.push(buttonOf(element))
    if (textTags.has(String(element.tag))) texts.push(textOf(element))
    if (isObject(element.text)) texts.push(textOf(element.text))
    for (const child of childrenOf(element)) read(child)
  }
  for (const element of elementsOf(card) ?? []) read(element)
  return { text: texts.filter(text => text !== '').join('\n'), buttons }
}

/** The button of this label, or with this `value`. */
export const findButton = (buttons: readonly Button[], wanted: unknown): Button | undefined =>
  buttons.find(({ label }) => label === wanted) ?? buttons.find(({ value }) => isDeepStrictEqual(value, wanted))

/** Every element that has an `element_id`, by it. */
export function elementsById(card: Json): Map<string, Json> {
  const found = new Map<string, Json>()
  for (const element of withDescendants([card])) {
    if (typeof element.element_id !== 'string') continue
    if (found.has(element.element_id)) throw new BadCard(300301, 'element_id is duplicated')
    found.set(element.element_id, element)
  }
  return found
}

/** Whether text can be streamed into it. */
export const isText = ({ tag }: Json): boolean => textTags.has(String(tag))

function elementsOf({ schema, body, elements, i18n_elements: translated }: Json): Json[] | undefined {
  const listed = schema === '2.0' ? isObject(body) && body.elements : (elements ?? firstOf(translated))
  return Array.isArray(listed) ? listed.filter(isObject) : undefined
}

const firstOf = (translations: unknown): unknown =>
  isObject(translations) ? Object.values(translations)[0] : undefined

function childrenOf({ elements, columns, actions, fields }: Json): Json[] {
  return [elements, columns, actions, fields].flatMap(list => (Array.isArray(list) ? list.filter(isObject) : []))
}

function buttonOf({ text, value, behaviors, disabled }: Json): Button {
  const callback = Array.isArray(behaviors) ? behaviors.find(behavior => behavior?.type === 'callback') : undefined
  const sent = callback ? callback.value : value
  return {
    label: isObject(text) ? textOf(text) : '',
    ...(sent === undefined ? {} : { value: sent }),
    disabled: disabled === true,
  }
}

const textOf = ({ content }: Json): string => (typeof content === 'string' ? content : '')

function* withDescendants(values: readonly unknown[]): Generator<Json> {
  for (const value of values) {
    if (Array.isArray(value)) yield* withDescendants(value)
    if (!isObject(value)) continue
    yield value
    yield* withDescendants(Object.values(value))
  }
}

/** Tables of GitHub's Markdown, by their delimiter rows; what stands in a code block is none. */
function tablesIn(markdown: string): number {
  const lines = withoutCode(markdown).split('\n')
  const isDelimiter = (line: string) => /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line) && line.includes('|')
  return lines.filter((line, index) => isDelimiter(line) && lines[index - 1]?.includes('|')).length
}

/** Images are `img_…` keys; an address is refused. */
const hasForeignImage = (markdown: string): boolean => /!\[[^\]]*\]\(\s*<?https?:/i.test(withoutCode(markdown))

function withoutCode(markdown: string): string {
  const lines: string[] = []
  let fence = ''
  for (const line of markdown.split('\n')) {
    const [, mark = ''] = /^\s*(`{3,}|~{3,})/.exec(line) ?? []
    if (fence === '' && mark === '') lines.push(line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, ''))
    if (fence === '') fence = mark
    else if (mark.startsWith(fence)) fence = ''
  }
  return lines.join('\n')
}

export function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
