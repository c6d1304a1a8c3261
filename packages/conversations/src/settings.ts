import { z } from 'zod'
import { historySettings } from './history.ts'
import { DEFAULT_PERSONA_NAME } from './personas.ts'

/** Used unless `persona:` in waystation.yaml says otherwise. */
const DEFAULT_PERSONA =
  'You are Waystation, an assistant in a chat. Answer in the language of the question, briefly and to the point. ' +
  'Markdown is rendered. Say so when you do not know.'

const accessSettings = z.strictObject({
  allow: z
    .array(z.string())
    .optional()
    .describe(
      'Who may use the bot: ids of senders, as their platform writes them, or of conversations. Everybody when absent.',
    ),
  admins: z
    .array(z.string())
    .optional()
    .describe('The ids of those who may change the system prompt of a chat by /system. Nobody when absent.'),
  operatorsMayReadTexts: z
    .boolean()
    .default(false)
    .describe('Whether `waystation`, by its option --text, shows operators what people wrote and were answered.'),
})
export type Access = z.infer<typeof accessSettings>

const personaSettings = z.strictObject({
  prompt: z.string().describe('The system prompt: who the assistant is.'),
  maxTokens: z
    .number()
    .int()
    .min(1)
    .exactOptional()
    .describe('The longest answer, in tokens; 200 to 500 do well in a chat.'),
  temperature: z.number().min(0).max(2).exactOptional().describe('0.3 to 0.7 do well: higher is more surprising.'),
})

/** Read by another package, as its own schema has it. */
const section = (description: string) => z.unknown().optional().describe(description)

/** The file that `WAYSTATION_CONFIG` names: what is neither a secret nor an address. A misspelt key is a fault. */
export const settings = z.strictObject({
  persona: z
    .string()
    .default(DEFAULT_PERSONA)
    .describe('Who the assistant is: the system prompt where no other is chosen.'),
  personas: z
    .record(z.string().regex(/^[\p{L}\p{N}_-]{1,40}$/u, 'a name is one word'), personaSettings)
    .refine(personas => !Object.hasOwn(personas, DEFAULT_PERSONA_NAME), 'the default one stands under persona')
    .default({})
    .describe('Other personas, by the names under which /persona chooses them.'),
  history: historySettings.prefault({}).describe('What the assistant remembers of a conversation.'),
  access: accessSettings.prefault({}).describe('Who may do what.'),
  models: section('The models that answer.'),
  routing: section('Which questions go to which models.'),
  budgets: section('How much may be spent on answers.'),
  cache: section('Whether equal first questions get the same answer.'),
})
export type Settings = z.infer<typeof settings>
