import { settings } from '@waystation/inference/settings'
import { z } from 'zod'
import type { Answer } from '../command.ts'

/**
 * `waystation config schema`: what may be written into waystation.yaml, not what becomes of it. Draft 7, which every
 * editor's YAML extension reads.
 */
export function schema(): Answer {
  const json = z.toJSONSchema(settings, { io: 'input', target: 'draft-7' })
  return { text: JSON.stringify(json, null, 2), json }
}
