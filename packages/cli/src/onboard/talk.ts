import { stripVTControlCharacters } from 'node:util'
import * as clack from '@clack/prompts'
import { wrapAnsi } from 'fast-wrap-ansi'
import type { Language, Words } from '../language.ts'
import { Wrong } from '../wrong.ts'

/** Of the bar in front of each line. */
const MARGIN = 4
/** More than fit on a small screen are searched, not listed. */
const LISTED = 12
/** Of long work, the last lines that are seen. */
const FOLLOWED = 8

export type Choice<Value> = { value: Value; words: Words; hint?: Words }

/** Somebody pressed Ctrl-C. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}

/** How the wizard speaks with a person. Every question throws `Interrupted` at Ctrl-C. */
export type Talk = ReturnType<typeof createTalk>

/** `signal` ends what is waited for between two questions. */
export function createTalk(language: Language, signal: AbortSignal) {
  let spoken = language
  const say = (words: Words): string => words[spoken]
  const wrapped = (words: Words): string => wrapAnsi(say(words), process.stdout.columns - MARGIN)
  const optionOf = <Value>({ value, words, hint }: Choice<Value>) =>
    ({ value, label: say(words), ...(hint ? { hint: say(hint) } : {}) }) as clack.Option<Value>

  const talk = {
    say,
    language: () => spoken,
    speak(language: Language): void {
      spoken = language
    },
    tell: (words: Words): void => clack.log.info(wrapped(words)),
    warn: (words: Words): void => clack.log.warn(wrapped(words)),
    good: (words: Words): void => clack.log.success(wrapped(words)),
    /** As it stands, beneath a title. */
    show: (text: string, title: Words): void => clack.note(text, say(title), { format: line => line }),

    choose: <Value>(words: Words, choices: Choice<Value>[], initial?: Value): Promise<Value> =>
      answered(
        clack.select({
          message: say(words),
          options: choices.map(optionOf),
          showInstructions: false,
          ...(initial === undefined ? {} : { initialValue: initial }),
        }),
      ),
    chooseSome: <Value>(words: Words, choices: Choice<Value>[], initial: Value[]): Promise<Value[]> =>
      answered(
        clack.multiselect({
          message: `${say(words)} ${say(SPACE)}`,
          options: choices.map(optionOf),
          initialValues: initial,
          required: false,
          showInstructions: false,
        }),
      ),
    chooseName(words: Words, names: readonly string[], initial: string | undefined): Promise<string> {
      const options = names.map(value => ({ value }))
      const initialValue = initial !== undefined && names.includes(initial) ? { initialValue: initial } : {}
      const asked = { message: say(words), options, ...initialValue, maxItems: LISTED }
      return answered(
        names.length > LISTED ? clack.autocomplete(asked) : clack.select({ ...asked, showInstructions: false }),
      )
    },
    text: async (
      words: Words,
      { initial = '', hint = '', optional = false, check = () => undefined }: TextOptions = {},
    ) =>
      (
        await answered(
          clack.text({
            message: say(words),
            initialValue: initial,
            placeholder: hint,
            validate: value => faultOf(value?.trim() ?? '', optional, check),
          }),
        )
      ).trim(),
    /** Shown as dots. */
    secret: async (words: Words, { optional = false }: Pick<TextOptions, 'optional'> = {}) =>
      (
        await answered(
          clack.password({
            message: say(words),
            validate: value => faultOf(value?.trim() ?? '', optional, isUnfit),
          }),
        )
      ).trim(),
    yes: (words: Words, initial = true): Promise<boolean> =>
      answered(clack.confirm({ message: say(words), initialValue: initial, active: say(YES), inactive: say(NO) })),

    /** Says what is looked at, and looks. */
    async look<Seen>(words: Words, seeing: Promise<Seen>): Promise<Seen> {
      clack.log.message(wrapped(words), { symbol: '…' })
      return await orInterrupted(seeing)
    },
    /** The same of long work, whose last lines are seen while it goes on, and stay where it fails. */
    async follow<Seen>(words: Words, work: (onLine: (line: string) => void) => Promise<Seen>): Promise<Seen> {
      const log = clack.taskLog({ title: say(words), limit: FOLLOWED })
      const working = work(line =>
        log.message(stripVTControlCharacters(line).slice(0, process.stdout.columns - MARGIN)),
      )
      try {
        const seen = await orInterrupted(working)
        log.success(say(DONE))
        return seen
      } catch (error) {
        // What is interrupted has an end of its own.
        await working.catch(() => {})
        log.error(say(NOT_DONE))
        throw error
      }
    },
    /** Asks again as long as the answer is wrong, having said why. */
    async untilRight<Right>(ask: () => Promise<Right>): Promise<Right> {
      for (;;) {
        try {
          return await ask()
        } catch (error) {
          if (!(error instanceof Wrong)) throw error
          clack.log.error(wrapped(error.words))
        }
      }
    },
    begin: (words: Words): void => clack.intro(say(words)),
  }

  function faultOf(value: string, optional: boolean, check: (value: string) => Words | undefined) {
    if (value === '') return optional ? undefined : say(EMPTY)
    const fault = check(value)
    return fault ? say(fault) : undefined
  }

  async function orInterrupted<Seen>(seeing: Promise<Seen>): Promise<Seen> {
    const interrupted = Promise.withResolvers<never>()
    const interrupt = () => interrupted.reject(new Interrupted())
    if (signal.aborted) interrupt()
    signal.addEventListener('abort', interrupt)
    const showTyping = hideTyping()
    return Promise.race([seeing, interrupted.promise]).finally(() => {
      showTyping()
      signal.removeEventListener('abort', interrupt)
    })
  }
  return talk
}

type TextOptions = {
  initial?: string
  /** Shown while nothing is written. */
  hint?: string
  /** Nothing is an answer, too. */
  optional?: boolean
  /** What is wrong with it, if anything. */
  check?(value: string): Words | undefined
}

async function answered<Value>(asking: Promise<Value | typeof clack.CANCEL_SYMBOL>): Promise<Value> {
  const answer = await asking
  if (clack.isCancel(answer)) throw new Interrupted()
  return answer as Value
}

/** What is typed or pasted too early is not shown, for it may be a secret, and is lost. Returns how to end that. */
function hideTyping(): () => void {
  const { stdin } = process
  const onData = (typed: Buffer) => {
    if (typed.includes(CTRL_C)) process.kill(process.pid, 'SIGINT')
  }
  stdin.setRawMode(true).on('data', onData).resume()
  return () => void stdin.off('data', onData).pause().setRawMode(false)
}

const CTRL_C = 3

const isUnfit = (secret: string) =>
  secret.includes("'")
    ? { en: "No line of .env can hold it: it has a ' in it.", zh: "含有 '，.env 无法保存。" }
    : undefined

const SPACE = { en: '(space: choose, Enter: done)', zh: '（空格：选择，回车：完成）' }
const EMPTY = { en: 'Write something, or leave with Ctrl-C.', zh: '请输入内容，或用 Ctrl-C 退出。' }
const DONE = { en: 'Done.', zh: '完成。' }
const NOT_DONE = { en: 'It ended early.', zh: '没有完成。' }
const YES = { en: 'Yes', zh: '是' }
const NO = { en: 'No', zh: '否' }
