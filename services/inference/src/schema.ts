import { z } from 'zod'
import { settings } from './settings.ts'

/**
 * Prints the JSON schema of waystation.yaml, for editors: what may be written, not what becomes of it. Draft 7, which
 * every editor's YAML extension reads.
 */
process.stdout.write(`${JSON.stringify(z.toJSONSchema(settings, { io: 'input', target: 'draft-7' }), null, 2)}\n`)
