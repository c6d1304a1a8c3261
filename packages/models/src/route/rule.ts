import { z } from 'zod'
import { isTimezone } from './hours.ts'
import { compilePattern } from './pattern.ts'
import { read } from './words.ts'

/** One text or a list of them. */
const oneOrMore = <Schema extends z.ZodType<string>>(schema: Schema) =>
  z.union([schema, z.array(schema).min(1)]).transform((value): z.output<Schema>[] => (isMany(value) ? value : [value]))
const isMany = <One>(value: One | One[]): value is One[] => Array.isArray(value)

const TIME = String.raw`([01]\d|2[0-3]):[0-5]\d`
const hours = z
  .string()
  .regex(new RegExp(`^${TIME}-(${TIME}|24:00)$`), 'from when to when, such as 09:00-18:00')
  .refine(span => span.slice(0, 5) !== span.slice(6), 'begins when it ends; for the whole day leave it out')

/** What is written: not nothing, once spaces and invisible characters are gone. */
const writing = z.string().refine(value => read(value).text !== '', 'at least one visible character')

const pattern = z.string().superRefine((source, context) => {
  try {
    compilePattern(source)
  } catch (error) {
    // A `SyntaxError`, which quotes the pattern.
    context.addIssue({ code: 'custom', message: `no pattern: ${(error as Error).message}` })
  }
})

const characters = z.int().min(0)

const conditions = z
  .strictObject({
    channel: oneOrMore(z.enum(['feishu', 'telegram', 'web']))
      .optional()
      .describe('Where it is written; one or a list.'),
    conversation: oneOrMore(writing)
      .optional()
      .describe(
        'Chats or threads: whole ids such as `telegram.<bot>.<chat>`, or their first parts: `telegram.<bot>` is every chat of that bot.',
      ),
    sender: oneOrMore(writing).optional().describe('Who asks: ids of people, as their platform writes them.'),
    prefix: oneOrMore(writing).optional().describe('What the text begins with, such as `/bill`; one or a list.'),
    words: z
      .array(writing)
      .min(1)
      .optional()
      .describe(
        'Any of these words or phrases. Whole words only, also in Chinese; upper and lower case, full and half width are the same. Plurals are words of their own.',
      ),
    pattern: oneOrMore(pattern)
      .optional()
      .describe(
        'A regular expression, or any of a list (JavaScript, flags `iu`). It sees what `words` sees: lower case, half width, single spaces. Long texts are shown to it in pieces of 2,000 characters that overlap by 200. That bounds slow patterns, but not exponential ones such as `(a+)+$`: write none.',
      ),
    minLength: characters.optional().describe('The text has at least so many characters.'),
    maxLength: characters.optional().describe('The text has at most so many characters.'),
    attachments: z.boolean().optional().describe('Whether something is attached.'),
    hours: hours.optional().describe('Time of day, `09:00-18:00`; `22:00-06:00` goes over midnight.'),
    days: z
      .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
      .min(1)
      .optional()
      .describe('Days of the week. Hours over midnight belong to the day on which they begin.'),
    timezone: z
      .string()
      .refine(isTimezone, 'an IANA time zone, such as Asia/Shanghai')
      .optional()
      .describe("Where `hours` and `days` are read, such as Asia/Shanghai. By default the server's time zone."),
  })
  .refine(when => Object.values(when).some(value => value !== undefined), 'at least one condition')
  .refine(({ minLength = 0, maxLength = Infinity }) => minLength <= maxLength, 'minLength is above maxLength')
  .refine(when => !when.timezone || when.hours || when.days, 'a timezone without hours or days')

const rule = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w-]{1,40}$/, 'up to 40 of the characters A-Z a-z 0-9 _ -')
      .describe('In logs, metrics and `/why`.'),
    when: conditions.describe('What must hold, all of it, for a rule to match; of several messages one must do.'),
    tier: z
      .enum(['local', 'commercial'])
      .optional()
      .describe('Who answers. Without it, the classifier or the default.'),
    private: z
      .literal(true)
      .optional()
      .describe(
        'It never leaves the house, whatever other rules or people say, and wherever in the list this rule stands.',
      ),
    cache: z.literal(false).optional().describe('The answer is neither kept nor taken from the cache.'),
    maxTokens: z.int().min(1).optional().describe('The longest answer, in tokens; 200 to 500 are recommended.'),
    temperature: z.number().min(0).max(2).optional().describe('0 to 2; 0.3 to 0.7 are recommended.'),
  })
  .refine(({ name: _, when: __, ...says }) => Object.values(says).some(value => value !== undefined), 'decides nothing')
  .refine(({ tier, private: isPrivate }) => !(isPrivate && tier === 'commercial'), 'is private, so its tier is local')

/** Ordered: the first that matches decides. */
export const ruleList = z.array(rule).superRefine((rules, context) => {
  const names = rules.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) !== index)
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `a second rule with the name ${name}` })
  }
})

export type Rule = z.output<typeof rule>
