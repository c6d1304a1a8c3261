/** How long the same `uuid` sends no second message. */
const KEPT_MS = 60 * 60 * 1000

/** What was answered to the `uuid`s of the last hour, by app. */
export function createUuids() {
  const answers = new Map<string, { answer: object; at: number }>()

  /** The first answer again, or what `run` answers. One that is refused is not kept. */
  function once(app: string, uuid: string | undefined, run: () => object): object {
    if (uuid === undefined || uuid === '') return run()
    const key = `${app} ${uuid}`
    const known = answers.get(key)
    if (known && Date.now() - known.at < KEPT_MS) return known.answer
    const answer = run()
    answers.set(key, { answer, at: Date.now() })
    return answer
  }

  return { once }
}
