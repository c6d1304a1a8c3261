import { request } from 'undici'
import { z } from 'zod'

const ADDRESS = 'http://127.0.0.1:11434'
const PATIENCE_MS = 1_000

const tagsSchema = z.object({ models: z.array(z.object({ name: z.string() })) })

/** An Ollama on this machine with at least one model: the first of its list. */
export async function findOllama(address = ADDRESS): Promise<{ baseUrl: string; model: string } | undefined> {
  try {
    const { body } = await request(`${address}/api/tags`, { signal: AbortSignal.timeout(PATIENCE_MS) })
    const [first] = tagsSchema.parse(await body.json()).models
    return first && { baseUrl: `${address}/v1`, model: first.name }
  } catch {
    // Nothing listens, or something that is no Ollama.
    return undefined
  }
}
