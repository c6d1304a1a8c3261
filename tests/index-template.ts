import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

type Mapping = { type?: string; properties?: Record<string, Mapping> }

const file = new URL('../deploy/logging/elasticsearch/index-template.json', import.meta.url)
const { mappings }: { mappings: Mapping } = JSON.parse(readFileSync(file, 'utf8')).template

const isText = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
/** By a field's type, what Elasticsearch takes in it, and finds it by. */
const fits: Record<string, (value: unknown) => boolean> = {
  keyword: isText,
  wildcard: isText,
  match_only_text: isText,
  long: Number.isSafeInteger,
  boolean: value => typeof value === 'boolean',
  ip: value => typeof value === 'string' && isIP(value) !== 0,
  date_nanos: value => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
}

/** The type of a field, by its whole name. */
export function typeOf(field: string): string | undefined {
  return field.split('.').reduce<Mapping | undefined>((level, name) => level?.properties?.[name], mappings)?.type
}

/** What is wrong with the fields of a line: unknown to the template, or of another type than there. */
export function misfits(line: object): string[] {
  return Object.entries(line).flatMap(([field, value]) => {
    const type = typeOf(field)
    if (type === undefined) return [`${field}: not in the template`]
    const values = Array.isArray(value) ? value : [value]
    return values.every(one => fits[type]?.(one)) ? [] : [`${field}: ${JSON.stringify(value)} is no ${type}`]
  })
}
