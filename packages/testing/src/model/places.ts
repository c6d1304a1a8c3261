/** So many requests are answered at once, so many more wait, in the order they came; the others are turned away. */
export function createPlaces(parallel: number, queue: number) {
  const waiting: (() => void)[] = []
  let taken = 0

  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else taken -= 1
  }

  return {
    /** Resolves when there is a place, with what gives it back. Rejects with `busy()`, or when `gone` aborts. */
    async take(gone: AbortSignal, busy: () => Error): Promise<Disposable> {
      if (taken < parallel) taken += 1
      else if (waiting.length < queue) await turn(gone)
      else throw busy()
      return { [Symbol.dispose]: leave }
    },
  }

  function turn(gone: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const called = () => {
      gone.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = () => {
      waiting.splice(waiting.indexOf(called), 1)
      reject(gone.reason)
    }
    waiting.push(called)
    gone.addEventListener('abort', giveUp, { once: true })
    return promise
  }
}
