import { z } from 'zod'
import { ruleList } from './rule.ts'
import { starterRules } from './starter.ts'

const tier = z.enum(['local', 'commercial'])

const classifier = z.strictObject({
  tier: tier
    .default('local')
    .describe('Whose model sorts. With `commercial`, every question that no rule knows leaves the house to be sorted.'),
  model: z
    .string()
    .optional()
    .describe('The name of an endpoint; by default any of the tier. It must not think aloud.'),
  timeoutMs: z.int().min(1).default(800).describe('After so many milliseconds the question goes the default way.'),
  labels: z
    .record(z.string().regex(/^[a-z][a-z-]{0,19}$/, 'up to 20 of the characters a-z -'), tier)
    .refine(labels => Object.keys(labels).length > 1, 'at least two labels')
    .default({
      finance: 'commercial',
      legal: 'commercial',
      contracts: 'commercial',
      customers: 'commercial',
      code: 'local',
      other: 'local',
    })
    .describe('What a question can be about, and who answers it then.'),
})

/** `routing:` in waystation.yaml: which questions go to which tier. */
export const routingSettings = z
  .strictObject({
    default: tier.default('local').describe('Who answers what nothing else decides.'),
    rules: ruleList
      .optional()
      .transform(rules => rules ?? starterRules())
      .describe(
        'The first that matches decides; any that matches and is private keeps the question in the house. They replace the starter rules (packages/models/src/route/starter-rules.yaml): copy from there what should stay.',
      ),
    choice: z
      .union([z.enum(['everyone', 'nobody']), z.array(z.string())])
      .default('everyone')
      .describe('Who may choose a tier by @local, @pro or /model: everyone, nobody, or the ids of people.'),
    classifier: classifier
      .optional()
      .describe('A small model that sorts what no rule knows. Without it none is asked.'),
  })
  .prefault({})

export type RoutingSettings = z.output<typeof routingSettings>
export type ClassifierSettings = z.output<typeof classifier>
