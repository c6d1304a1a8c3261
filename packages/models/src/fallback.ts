import type { Model } from '@waystation/domain'

/** The first model, or, when it fails before its first token, the next. After a first token there is no going back. */
export function withFallback(models: [Model, ...Model[]]): Model {
  const [preferred, ...others] = models
  const [next, ...rest] = others
  if (!next) return preferred
  return {
    async *complete(prompt, signal) {
      let started = false
      try {
        for await (const completion of preferred.complete(prompt, signal)) {
          started = true
          yield completion
        }
      } catch (error) {
        if (started || signal.aborted) throw error
        for await (const completion of withFallback([next, ...rest]).complete(prompt, signal)) {
          yield { ...completion, route: { ...completion.route, reason: 'fallback' } }
        }
      }
    },
  }
}
