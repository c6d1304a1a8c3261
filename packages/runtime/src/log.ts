import { type Logger, pino } from 'pino'
import { z } from 'zod'

export type Log = Logger

export const logConfig = z.object({
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

/** JSON lines on stdout: `{"level":"info","time":"…","service":"sender","event":"reply.delivered",…}`. */
export function createLog(service: string, level: string): Log {
  return pino({
    level,
    base: { service },
    messageKey: 'message',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: label => ({ level: label }) },
    serializers: { error: describeError },
  })
}

/**
 * Name, code and stack, not the message: foreign errors quote URLs with tokens and what people wrote.
 * The first line of a stack repeats the message, so only its frames are kept.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = error.stack?.split('\n').filter(line => /^\s+at /.test(line))
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    stack: frames?.join('\n'),
  }
}
