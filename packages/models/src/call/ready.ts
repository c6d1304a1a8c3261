import { request } from 'undici'

/** A server that is there lists its models in a moment. */
const PATIENCE_MS = 2_000

/**
 * Whether a server lists its models, which costs nothing anywhere, and none while it loads one (llama.cpp and
 * vLLM answer 503 then). One that knows no such list, or no such key, is there all the same.
 */
export async function listsModels(baseUrl: string, apiKey: string | undefined): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${baseUrl.replace(/\/$/, '')}/models`, {
      headers: apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    await body.dump()
    return statusCode < 500
  } catch {
    return false
  }
}
