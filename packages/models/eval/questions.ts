import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export const domains = ['finance', 'legal', 'contracts', 'customers', 'code', 'small-talk', 'other'] as const
export const parts = ['tuned', 'held-out', 'oblique'] as const

const questionSchema = z.strictObject({
  text: z.string(),
  domain: z.enum(domains),
  private: z.literal(true).optional(),
})

/**
 * The starter rules may be changed for the sake of the part `tuned`; of `held-out` only the figures are to be read.
 * `oblique` ones do not name what they are about: no list of words can know it, and that part shows what is left to a
 * classifier.
 *
 * Rules and questions are by one hand, so the figures flatter: of 88 questions that were written after the rules, 91 %
 * went the right way before any rule was changed for them, and of the oblique ones half. All 88 are in the halves now.
 */
export type Question = z.infer<typeof questionSchema> & { part: (typeof parts)[number] }

export function readQuestions(): Question[] {
  const named = readLines('questions.jsonl').map(question => ({ ...question, part: halfOf(question.text) }))
  const oblique = readLines('oblique.jsonl').map(question => ({ ...question, part: 'oblique' as const }))
  return [...named, ...oblique]
}

function readLines(file: string): z.infer<typeof questionSchema>[] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trim()
    .split('\n')
  return lines.map(line => questionSchema.parse(JSON.parse(line)))
}

/** By the text alone: a new question moves no other one to the other half. */
function halfOf(text: string): 'tuned' | 'held-out' {
  const isOdd = (createHash('sha256').update(text).digest()[0] ?? 0) % 2 === 1
  return isOdd ? 'tuned' : 'held-out'
}
