import type { Manner } from './behaviour.ts'
import { llamaCppProbes, ollamaProbes, type Probes, vllmProbes } from './probes.ts'
import * as refusals from './refusals.ts'
import * as wires from './wires.ts'

/** What a backend does in a way of its own, by its documentation, unless a part names another source. */
export type Dialect = {
  manner: Partial<Manner>
  wire: wires.Wire
  refusals: refusals.Refusals
  /** Without a key, and beside `/v1/models`. */
  probes?: Probes
  ignoresKeys?: true
  /** Takes `max_completion_tokens` alone. */
  refusesMaxTokens?: true
  /** How many requests it answers at once, and how many more wait; without a limit where none is given. */
  parallel?: number
  queue?: number
  /** Beside `error` in every refusal. */
  besideError?: object
}

/** Of no backend in particular: the answer is as long as it is, whatever `max_tokens` says. */
export const noDialect: Dialect = { manner: {}, wire: wires.plain, refusals: refusals.openAi }

const thinking = 'The question wants an answer.'

export const dialects = {
  openai: { manner: { obeysMaxTokens: true }, wire: wires.openAi, refusals: refusals.openAi },
  'openai-reasoning': {
    manner: { obeysMaxTokens: true },
    wire: wires.openAi,
    refusals: refusals.openAi,
    refusesMaxTokens: true,
  },
  ollama: {
    manner: { obeysMaxTokens: true },
    wire: wires.ollama,
    refusals: refusals.ollama,
    probes: ollamaProbes,
    ignoresKeys: true,
    // OLLAMA_NUM_PARALLEL and OLLAMA_MAX_QUEUE.
    parallel: 1,
    queue: 512,
  },
  vllm: { manner: { obeysMaxTokens: true }, wire: wires.vllm, refusals: refusals.vllm, probes: vllmProbes },
  'llama.cpp': {
    manner: { obeysMaxTokens: true, keepAliveComments: true },
    wire: wires.llamaCpp,
    refusals: refusals.llamaCpp,
    probes: llamaCppProbes,
  },
  deepseek: {
    manner: {
      obeysMaxTokens: true,
      usageIn: 'finish_chunk',
      keepAliveComments: true,
      keepAliveBlankLines: true,
      reasoning: thinking,
    },
    wire: wires.deepSeek,
    refusals: refusals.deepSeek,
    // It keeps nobody waiting.
    queue: 0,
  },
  qwen: {
    manner: { obeysMaxTokens: true },
    wire: wires.qwen,
    refusals: refusals.qwen,
    besideError: { request_id: '00000000-0000-4000-8000-000000000000' },
  },
  moonshot: {
    manner: { obeysMaxTokens: true, usageIn: 'last_choice', reasoning: thinking },
    wire: wires.moonshot,
    refusals: refusals.moonshot,
    queue: 0,
  },
  gateway: { manner: { obeysMaxTokens: true }, wire: wires.gateway, refusals: refusals.openAi },
} satisfies Record<string, Dialect>

export type DialectName = keyof typeof dialects
