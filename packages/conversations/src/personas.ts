import type { Persona } from '@waystation/domain'
import type { Choices } from './memory.ts'
import type { Settings } from './settings.ts'

/** The persona of conversations that chose none. */
export const DEFAULT_PERSONA_NAME = 'default'

type Known = Pick<Settings, 'persona' | 'personas'>

/** Whose names `/persona` knows, the default's first. */
export const personaNames = ({ personas }: Known): string[] => [DEFAULT_PERSONA_NAME, ...Object.keys(personas)]

/** Who the assistant is in a conversation: the persona that was chosen, if it still exists; `/system` replaces its words. */
export function personaOf({ persona, system }: Choices, { persona: prompt, personas }: Known): Persona {
  const chosen = persona !== undefined && Object.hasOwn(personas, persona) ? personas[persona] : undefined
  const known = chosen && persona ? { name: persona, ...chosen } : { name: DEFAULT_PERSONA_NAME, prompt }
  return system === undefined ? known : { ...known, prompt: system }
}

/** The name of a persona as the settings write it, however it was typed. */
export const personaNamed = (argument: string, known: Known): string | undefined =>
  personaNames(known).find(name => name.toLowerCase() === argument.toLowerCase())
