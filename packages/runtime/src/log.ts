import { type DestinationStream, type Logger, pino } from 'pino'
import { z } from 'zod'
import { type DescribedError, inEcs } from './ecs.ts'
import { VERSION } from './version.ts'

export type Log = Logger

export const logConfig = z.object({
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  LOG_FORMAT: z.enum(['waystation', 'ecs']).default('waystation'),
  WAYSTATION_VERSION: z.string().default(VERSION),
})

/**
 * JSON lines, on stdout where no other `destination` is given:
 * `{"level":"info","time":"…","service":"sender","event":"reply.delivered",…}`, or the same under ECS names.
 */
export function createLog(service: string, config: z.infer<typeof logConfig>, destination?: DestinationStream): Log {
  const { LOG_LEVEL: level, LOG_FORMAT: format, WAYSTATION_VERSION: version } = config
  const options = {
    level,
    messageKey: 'message',
    ...(format === 'ecs' ? inEcs(service, version, describeError) : inOurs(service)),
  }
  return destination ? pino(options, destination) : pino(options)
}

function inOurs(service: string) {
  return {
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError },
  }
}

/**
 * Name, code and stack, not the message: foreign errors quote URLs with tokens and what people wrote.
 * The first line of a stack repeats the message, so only its frames are kept.
 */
function describeError(error: unknown): DescribedError {
  if (!(error instanceof Error)) return { name: typeof error }
  const frames = error.stack?.split('\n').filter(line => /^\s+at /.test(line))
  return {
    name: error.name,
    ...('code' in error ? { code: error.code } : {}),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
    stack: frames?.join('\n'),
  }
}
