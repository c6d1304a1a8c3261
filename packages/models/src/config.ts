import { z } from 'zod'

const address = z.url({
  protocol: /^https?$/,
  error: 'the address of an OpenAI-compatible API, such as http://host:8000/v1',
})
const name = z.string('the name of a model the server has')
const seconds = z.coerce.number('a number of seconds').positive()

/** The models' variables, for `readEnv`. */
export const modelConfig = z
  .object({
    LOCAL_MODEL_BASE_URL: address.optional(),
    LOCAL_MODEL: name.optional(),
    LOCAL_MODEL_API_KEY: z.string().optional(),
    COMMERCIAL_MODEL_BASE_URL: address.default('https://api.openai.com/v1'),
    COMMERCIAL_MODEL: name.optional(),
    COMMERCIAL_MODEL_API_KEY: z.string().optional(),
    MODEL_MAX_TOKENS: z.coerce.number('a number of tokens').int().positive().default(400),
    MODEL_TEMPERATURE: z.coerce.number('a number from 0 to 2').min(0).max(2).default(0.5),
    MODEL_FIRST_TOKEN_SECONDS: seconds.default(20),
  })
  .superRefine((config, context) => {
    const demand = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (config.LOCAL_MODEL_BASE_URL && !config.LOCAL_MODEL) demand('LOCAL_MODEL', 'the name of a model the server has')
    if (config.LOCAL_MODEL && !config.LOCAL_MODEL_BASE_URL) demand('LOCAL_MODEL_BASE_URL', 'where the model is served')
    if (config.COMMERCIAL_MODEL && !config.COMMERCIAL_MODEL_API_KEY)
      demand('COMMERCIAL_MODEL_API_KEY', 'the key of the API')
    if (config.COMMERCIAL_MODEL_API_KEY && !config.COMMERCIAL_MODEL) demand('COMMERCIAL_MODEL', 'the name of the model')
  })

export type ModelConfig = z.infer<typeof modelConfig>
