import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { z } from 'zod'
import { ConfigError } from './config.ts'
import { readText } from './read-text.ts'

/** Read again and again: a file may be replaced, or be a link that changes, as Kubernetes' ConfigMaps are. */
const LOOK_EVERY_MS = 1_000

/** Reads a YAML file, by default none. Throws `ConfigError` with every fault of it and its line. */
export function readSettings<Schema extends z.ZodType>(schema: Schema, path: string | undefined): z.infer<Schema> {
  return path === undefined ? schema.parse({}) : parse(schema, read(path), path)
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string, path: string): z.infer<Schema> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const unreadable = document.errors.map(({ pos, code }) => `  line ${lines.linePos(pos[0]).line}: no YAML (${code})`)
  if (unreadable.length > 0) throw new ConfigError(`Please correct in ${path}:\n${unreadable.join('\n')}`)

  const result = schema.safeParse(document.toJS() ?? {})
  if (result.success) return result.data
  const faults = result.error.issues.flatMap(issue => {
    const paths = issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path]
    return paths.map(at => {
      const offset = offsetOf(document.contents, at)
      const line = offset === undefined ? '' : `line ${lines.linePos(offset).line}, `
      const what = issue.code === 'unrecognized_keys' ? 'there is no such setting' : issue.message
      return `  ${line}${at.join('.') || '(top)'}: ${what}`
    })
  })
  throw new ConfigError(`Please correct in ${path}:\n${faults.join('\n')}`)
}

/**
 * Reads the file again whenever it changes: `use` gets what it says, `keep` hears why it cannot be used, and then what was
 * read before stays. Returns how to end it.
 */
export function watchSettings<Schema extends z.ZodType>(
  schema: Schema,
  path: string | undefined,
  { use, keep }: { use(settings: z.infer<Schema>): void; keep(fault: unknown): void },
): () => void {
  if (path === undefined) return () => {}
  let known: string | undefined = read(path)

  function look(file: string): void {
    const text = tryRead(file)
    if (text === known) return
    known = text
    try {
      use(parse(schema, text ?? read(file), file))
    } catch (fault) {
      keep(fault)
    }
  }
  const timer = setInterval(look, LOOK_EVERY_MS, path)
  timer.unref()
  return () => clearInterval(timer)
}

function tryRead(path: string): string | undefined {
  try {
    return read(path)
  } catch {
    return undefined
  }
}

function read(path: string): string {
  try {
    return readText(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new ConfigError(`${path}: cannot be read (${code})`, { cause })
  }
}

/** Where in the text the setting stands, or the nearest one around it. */
function offsetOf(node: Node | null, [next, ...rest]: readonly PropertyKey[]): number | undefined {
  if (next === undefined || !node) return node?.range?.[0]
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === next)
    if (!pair || !isScalar(pair.key)) return node.range?.[0]
    // A missing value is told at its key.
    return rest.length === 0 ? pair.key.range?.[0] : (offsetOf(pair.value as Node | null, rest) ?? pair.key.range?.[0])
  }
  const item = 'items' in node ? (node.items as Node[])[Number(next)] : undefined
  return offsetOf(item ?? null, rest) ?? node.range?.[0]
}
