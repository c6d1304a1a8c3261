import OpenAI from 'openai'
import { onTestFinished } from 'vitest'
import { type ModelOptions, startModel } from './simulator.ts'

/** A simulator and the real client for it, for the rest of a test. */
export async function start(options?: ModelOptions) {
  const model = await startModel(options)
  onTestFinished(() => model[Symbol.asyncDispose]())
  const client = new OpenAI({ apiKey: options?.apiKey ?? 'none', baseURL: model.baseUrl, maxRetries: 0 })
  const ask = (content: string) => ({ model: model.model, messages: [{ role: 'user' as const, content }] })

  /** Everything a stream says, until it ends or breaks. */
  async function stream(
    content: string,
    { signal, ...parameters }: { signal?: AbortSignal; max_tokens?: number } = {},
  ) {
    const heard = { text: '', reasoning: '', finishReason: '', promptTokens: 0, chunks: 0, error: undefined as unknown }
    const options = { ...parameters, stream: true as const, stream_options: { include_usage: true } }
    try {
      for await (const chunk of await client.chat.completions.create({ ...ask(content), ...options }, { signal })) {
        // Not in the client's types: what other backends than OpenAI add.
        const choice = chunk.choices[0] as (OpenAI.ChatCompletionChunk.Choice & More) | undefined
        const usage = chunk.usage ?? choice?.usage
        heard.chunks += 1
        heard.text += choice?.delta.content ?? ''
        heard.reasoning += choice?.delta.reasoning_content ?? choice?.delta.reasoning ?? ''
        heard.finishReason ||= choice?.finish_reason ?? ''
        heard.promptTokens ||= usage?.prompt_tokens ?? 0
      }
    } catch (error) {
      heard.error = error
    }
    return heard
  }

  /** A stream as it comes over the wire. */
  async function raw(content: string): Promise<string> {
    const body = JSON.stringify({ ...ask(content), stream: true, stream_options: { include_usage: true } })
    return await (await fetch(`${model.baseUrl}/chat/completions`, { method: 'POST', body })).text()
  }

  return { model, client, ask, stream, raw }
}

type More = { usage?: OpenAI.CompletionUsage; delta: { reasoning_content?: string; reasoning?: string } }
