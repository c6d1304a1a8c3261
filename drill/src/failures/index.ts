import type { Failure } from '../failure.ts'
import { frontFailures } from './front.ts'
import { hostFailures } from './host.ts'
import { messageFailures } from './messages.ts'
import { modelFailures } from './models.ts'
import { platformFailures } from './platforms.ts'
import { promiseFailures } from './promises.ts'
import { redisFailures } from './redis.ts'
import { serviceFailures } from './services.ts'

/** All that is caused, in this order. */
export const failures: readonly Failure[] = [
  // First: what was asked before counts in the share of those who waited.
  ...promiseFailures,
  ...messageFailures,
  ...modelFailures,
  ...platformFailures,
  ...frontFailures,
  ...serviceFailures,
  ...redisFailures,
  ...hostFailures,
]
