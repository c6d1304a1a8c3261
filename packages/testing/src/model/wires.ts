/** The chunks of a stream, as one backend writes them. */
export type Wire = {
  /** An event that comes before the model begins. */
  prelude?: object
  firstDelta: object
  /** In every delta, unless it says otherwise. */
  everyDelta: object
  /** Beside the finish reason. */
  lastDelta: object
  /** What a delta of thoughts has beside them. */
  thoughtDelta: object
  reasoningIn: 'reasoning_content' | 'reasoning'
  everyChoice: object
  /** Where usage was asked for, the chunks without it say `usage: null`. */
  saysNoUsage: boolean
  /** Adds to a chunk, or changes the order of its keys. */
  arrange(chunk: Chunk): object
  arrangeChoice(choice: Choice): object
}

type Chunk = { choices: object[]; id: string; object: string; created: number; model: string }
type Choice = { index: number; delta: object }

/** What all have in common. */
export const plain: Wire = {
  firstDelta: { role: 'assistant', content: '' },
  everyDelta: {},
  lastDelta: {},
  thoughtDelta: { content: null },
  reasoningIn: 'reasoning_content',
  everyChoice: { logprobs: null },
  saysNoUsage: true,
  arrange: chunk => chunk,
  arrangeChoice: choice => choice,
}

export const openAi: Wire = {
  ...plain,
  firstDelta: { role: 'assistant', content: '', refusal: null },
  // So that nobody tells the tokens from the sizes of the packets.
  arrange: chunk => ({ ...chunk, service_tier: 'default', obfuscation: Math.random().toString(36).slice(2) }),
}

/** A role in every delta, and thoughts in a field of their own name. Source: its openai/openai.go. */
export const ollama: Wire = {
  ...plain,
  everyDelta: { role: 'assistant', content: '' },
  thoughtDelta: {},
  reasoningIn: 'reasoning',
  everyChoice: {},
  saysNoUsage: false,
  arrange: chunk => ({ ...chunk, system_fingerprint: 'fp_ollama' }),
}

/** As OpenAI's, with nothing added. Recalled, not recorded. */
export const vllm: Wire = {
  ...plain,
  lastDelta: { content: '' },
  thoughtDelta: {},
  saysNoUsage: false,
}

/** It begins with null for content, and keys are in another order. Source: its tools/server. */
export const llamaCpp: Wire = {
  ...plain,
  firstDelta: { role: 'assistant', content: null },
  everyChoice: {},
  saysNoUsage: false,
  arrange: ({ choices, created, id, model, object, ...rest }) => ({
    choices,
    created,
    id,
    model,
    system_fingerprint: 'b1-simulated',
    object,
    ...rest,
  }),
  arrangeChoice: ({ index, delta, ...rest }) => ({ ...rest, index, delta }),
}

/** A thinking model: null for content, and then null for thoughts. Source: a recorded stream of vercel/ai. */
export const deepSeek: Wire = {
  ...plain,
  firstDelta: { role: 'assistant', content: null, reasoning_content: '' },
  everyDelta: { reasoning_content: null },
  lastDelta: { content: '' },
  arrange: chunk => ({ ...chunk, system_fingerprint: 'fp_simulated' }),
}

/** Keys in another order, and a first chunk without a role. Source: recorded streams of vercel/ai. */
export const qwen: Wire = {
  ...plain,
  firstDelta: { content: '', reasoning_content: null },
  lastDelta: { content: '' },
  arrange: ({ id, object, created, model, choices, ...rest }) => ({
    choices,
    object,
    ...rest,
    created,
    system_fingerprint: null,
    model,
    id,
  }),
  arrangeChoice: ({ index, delta, ...rest }) => ({ ...rest, delta, index }),
}

/** No content beside thoughts. Source: recorded streams of vercel/ai. */
export const moonshot: Wire = { ...plain, thoughtDelta: {}, everyChoice: {}, saysNoUsage: false }

/** LiteLLM and its like. */
export const gateway: Wire = { ...plain, prelude: { choices: [], id: '', model: '' }, saysNoUsage: false }
