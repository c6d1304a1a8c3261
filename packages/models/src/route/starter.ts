import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Rule, ruleList } from './rule.ts'

let rules: Rule[] | undefined

/** The rules of a company that has written none of its own; read once, when they are first needed. */
export function starterRules(): Rule[] {
  rules ??= ruleList.parse(parse(readFileSync(new URL('./starter-rules.yaml', import.meta.url), 'utf8')))
  return rules
}
