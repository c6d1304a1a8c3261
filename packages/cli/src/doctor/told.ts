import { errorCode } from '@waystation/domain'
import type { Env } from '@waystation/runtime'
import { z } from 'zod'
import type { Terminal } from '../command.ts'
import type { Finding } from './finding.ts'
import { placeOf } from './place.ts'

/** A finding in one language, and what was done about it: what `--json` prints. */
export const toldSchema = z.object({
  name: z.string(),
  colour: z.enum(['green', 'yellow', 'red']),
  finding: z.string(),
  cure: z.string().optional(),
  done: z.string().optional(),
})
export type Told = z.infer<typeof toldSchema>

/** What `look` finds. With `fix` it is mended where that can do no harm, and looked at again. */
export async function tell(
  look: () => Promise<Finding[]>,
  fix: boolean | undefined,
  env: Env,
  terminal: Terminal,
): Promise<Told[]> {
  const { say, language } = terminal
  const found = await look()
  const done = fix ? await mend(found, terminal) : new Map<string, string>()
  const findings = done.size > 0 ? await look() : found
  const place = placeOf(env, language)
  return findings.map(({ name, colour, finding, cure }) => {
    const words = cure?.[language]
    return {
      name,
      colour,
      finding: say(finding),
      cure: typeof words === 'function' ? words(place) : words,
      done: done.get(name),
    }
  })
}

/** What was done, by the finding's name. */
async function mend(findings: readonly Finding[], { say }: Terminal): Promise<Map<string, string>> {
  const done = new Map<string, string>()
  for (const { name, fix } of findings) {
    if (!fix) continue
    const words = await fix().catch(error => {
      const code = errorCode(error)
      return { en: `could not be mended (${code})`, zh: `无法修复（${code}）` }
    })
    done.set(name, say(words))
  }
  return done
}
