import { parseEnv } from 'node:util'
import { namesRedis } from '@waystation/redis'
import { type Env, textOf } from '@waystation/runtime'

/** Who runs the station: `npm start` on this machine, or Docker Compose on a server. */
export type Target = 'start' | 'compose'

/** Whose `.env` there is; `undefined` where there is none. */
export function targetHere(): Target | undefined {
  const text = textOf('.env')
  return text === undefined ? undefined : targetOf(text)
}

/** Whose `.env` says so. */
export const targetOf = (text: string): Target => ('COMPOSE_PROFILES' in parseEnv(text) ? 'compose' : 'start')

/** Whether the station of this folder is to be asked in its containers: its Redis has no port outside. */
export const isInContainers = (env: Env): boolean => !namesRedis(env) && targetHere() === 'compose'
