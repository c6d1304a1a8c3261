import { invalid, ModelRefused } from './request.ts'

/** How a backend says no. */
export type Refusals = {
  wrongKey(): ModelRefused
  unknownModel(model: string): ModelRefused
  quotaSpent(): ModelRefused
  tooLong(tokens: number, limit: number): ModelRefused
  /** No place for another request. */
  busy(): ModelRefused
  /** A request that parses as JSON, and is wrong in one of its parameters. */
  badParameter(refused: ModelRefused): ModelRefused
}

export const openAi: Refusals = {
  wrongKey: () => invalid('Incorrect API key provided.', 'invalid_api_key', null, 401),
  unknownModel: model => invalid(`The model \`${model}\` does not exist.`, 'model_not_found', null, 404),
  quotaSpent: () => of(429, 'insufficient_quota', QUOTA, 'insufficient_quota'),
  tooLong: (tokens, limit) => invalid(contextLength(tokens, limit), 'context_length_exceeded', 'messages'),
  busy: () => of(429, 'requests', 'Rate limit reached for requests', 'rate_limit_exceeded'),
  badParameter: refused => refused,
}

/**
 * Types of its own. Source: its openai/openai.go. A real one cuts a prompt that is too long, without a word; this one
 * refuses it, so that a test sees it.
 */
export const ollama: Refusals = {
  ...openAi,
  unknownModel: model => of(404, 'not_found_error', `model '${model}' not found`),
  busy: () => of(503, 'api_error', 'server busy, please try again.  maximum pending requests exceeded'),
}

/** Codes are numbers, and a wrong key is a word. Recalled, not recorded. */
export const vllm: Refusals = {
  ...openAi,
  wrongKey: () => new ModelRefused(401, 'Unauthorized'),
  unknownModel: model => of(404, 'NotFoundError', `The model \`${model}\` does not exist.`, 404),
  tooLong: (tokens, limit) => of(400, 'BadRequestError', contextLength(tokens, limit), 400),
}

/** Codes are numbers. Source: its README, and pull request 15780 for `exceed_context_size_error`. */
export const llamaCpp: Refusals = {
  ...openAi,
  wrongKey: () => of(401, 'authentication_error', 'Invalid API Key', 401),
  unknownModel: model => of(404, 'not_found_error', `model '${model}' not found`, 404),
  tooLong: (tokens, limit) =>
    of(400, 'exceed_context_size_error', 'the request exceeds the available context size', 400, {
      n_prompt_tokens: tokens,
      n_ctx: limit,
    }),
}

/** An unknown model is a 400 with a code that says nothing. Sources: api-docs.deepseek.com, and what people report. */
export const deepSeek: Refusals = {
  wrongKey: () => of(401, 'authentication_error', 'Authentication Fails (governor)', 'invalid_request_error'),
  unknownModel: () => invalid('Model Not Exist', 'invalid_request_error'),
  quotaSpent: () => of(402, 'unknown_error', 'Insufficient Balance', 'invalid_request_error'),
  tooLong: (tokens, limit) => invalid(contextLength(tokens, limit), 'invalid_request_error'),
  busy: () => of(429, 'rate_limit_error', 'Too many concurrent requests', 'invalid_request_error'),
  badParameter: ({ message }) => invalid(message, 'invalid_request_error', null, 422),
}

/** Arrears are a 400. Source: Model Studio's list of error codes. */
export const qwen: Refusals = {
  ...openAi,
  quotaSpent: () =>
    of(400, 'Arrearage', 'Access denied, please make sure your account is in good standing.', 'Arrearage'),
  tooLong: (_, limit) => invalid(`Range of input length should be [1, ${limit}]`, 'invalid_parameter_error'),
}

/** Types and no codes. Sources: platform.moonshot.ai/docs/api/errors, and recorded errors of vercel/ai. */
export const moonshot: Refusals = {
  wrongKey: () => of(401, 'invalid_authentication_error', 'Invalid Authentication'),
  unknownModel: model => of(404, 'resource_not_found_error', `Not found the model ${model} or Permission denied`),
  quotaSpent: () => of(429, 'exceeded_current_quota_error', 'Your account is suspended due to insufficient balance'),
  tooLong: (_, limit) => of(400, 'invalid_request_error', `Your request exceeded model token limit: ${limit}`),
  busy: () => of(429, 'rate_limit_reached_error', 'Your account reached max organization concurrency'),
  badParameter: ({ message }) => of(400, 'invalid_request_error', message),
}

const QUOTA = 'You exceeded your current quota, please check your plan and billing details.'

const contextLength = (tokens: number, limit: number) =>
  `This model's maximum context length is ${limit} tokens. However, your messages resulted in ${tokens} tokens.`

const of = (status: number, type: string, message: string, code: string | number | null = null, more: object = {}) =>
  new ModelRefused(status, { message, type, param: null, code, ...more })
