import { z } from 'zod'
import { budgetSettings } from './account/settings.ts'
import { routingSettings } from './route/settings.ts'

const seconds = z.number().positive()

const tier = z.enum(['local', 'commercial'])

const limitSettings = z.strictObject({
  connectSeconds: seconds.default(5).describe('For a connection.'),
  firstTokenSeconds: seconds
    .optional()
    .describe('For the first token; by default what MODEL_FIRST_TOKEN_SECONDS says (20).'),
  nextTokenSeconds: seconds.default(20).describe('Between two tokens.'),
  wholeSeconds: seconds.default(300).describe('For the whole answer.'),
})

const price = z.number().min(0)

const priceSettings = z.strictObject({
  prompt: price.describe('Of a million tokens that it reads.'),
  completion: price.describe('Of a million tokens that it writes.'),
})

/** One model behind one address. */
export const endpointSettings = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.:-]{1,40}$/, 'up to 40 of the characters A-Z a-z 0-9 _ . : -')
    .describe('In logs and metrics. Endpoints of one name share a circuit breaker and their places.'),
  tier: tier.describe('Whether it is in the house. Only a local one is asked what is private.'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .describe('The address of an OpenAI-compatible API, up to its `/v1` or what stands for that.'),
  model: z.string().describe('The name of the model, as the server has it.'),
  apiKeyEnv: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable')
    .optional()
    .describe('The name of the environment variable that holds the key: the file holds no secrets.'),
  weight: z
    .number()
    .positive()
    .default(1)
    .describe("Its share of the tier's questions, in proportion to the weights of the others."),
  concurrency: z
    .int()
    .min(1)
    .optional()
    .describe('How many questions it is asked at once, by all workers together. As many as come when absent.'),
  contextTokens: z
    .int()
    .min(512)
    .default(8192)
    .describe('What it reads and writes together, in tokens: no prompt is longer than that allows.'),
  maxTokensAs: z
    .enum(['max_tokens', 'max_completion_tokens'])
    .default('max_tokens')
    .describe("What the longest answer is called: OpenAI's reasoning models take only `max_completion_tokens`."),
  thinkingTokens: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'What it may think before it answers, in tokens on top of the longest answer. With any, no temperature is sent: models that think take none.',
    ),
  price: priceSettings
    .optional()
    .describe('In the currency of the budgets. Without one it costs nothing, and no budget applies.'),
  limits: limitSettings.prefault({}).describe('How many seconds to wait.'),
})

/** Those that variables name, or that are found, have these. */
const takenNames = ['local', 'commercial', 'ollama', 'built-in']

/** `models:`, `routing:`, `budgets:` and `cache:` in waystation.yaml. */
export const modelSettings = z.object({
  models: z
    .strictObject({
      endpoints: z
        .array(endpointSettings)
        .superRefine((endpoints, context) => {
          const names = endpoints.map(({ name }) => name)
          for (const [index, name] of names.entries())
            if (names.indexOf(name) !== index || takenNames.includes(name))
              context.addIssue({ code: 'custom', path: [index, 'name'], message: `the name ${name} is taken` })
        })
        .default([])
        .describe('Beside those that LOCAL_MODEL and COMMERCIAL_MODEL name. Those of a tier share its questions.'),
    })
    .prefault({})
    .describe('The models that answer.'),
  routing: routingSettings.describe('Which questions go to which tier.'),
  budgets: budgetSettings.describe('How much may be spent on answers.'),
  cache: z
    .strictObject({
      minutes: z.number().min(0).default(60).describe('How long an answer is kept; 0: none is.'),
    })
    .prefault({})
    .describe('Whether equal first questions get the same answer.'),
})

export type ModelSettings = z.infer<typeof modelSettings>
export type EndpointSettings = z.infer<typeof endpointSettings>
