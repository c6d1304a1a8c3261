import { type Env, isSet } from '@waystation/runtime'
import leven from 'leven'
import { knownVariables } from './services.ts'

/** TELEGRAM_TOKEN is no nearer to TELEGRAM_BOT_TOKEN. */
const FURTHEST = 4

/** `meant`: one of these, perhaps. */
type Misspelt = { name: string; meant: string[] }

/** Variables that are set, that no service reads, and whose names are nearly those of some that one does. */
export function misspelt(env: Env): Misspelt[] {
  const known = knownVariables(env).map(({ name }) => name)
  // Many a word is nearly PORT.
  const likened = known.filter(name => name !== 'PORT')
  return Object.keys(env).flatMap(name => {
    const bare = name.replace(/_FILE$/, '')
    if (!isSet(env, name) || known.includes(name) || known.includes(bare)) return []
    const meant = likened.filter(one => leven(bare, one) <= Math.min(FURTHEST, bare.length / 3))
    return meant.length === 0 ? [] : [{ name, meant }]
  })
}
