import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { namesRedis } from '@waystation/redis'
import { type Env, envHere } from '@waystation/runtime'
import { Misused, type Terminal } from '../command.ts'
import { alike, type Words } from '../language.ts'
import type { Target } from '../target.ts'
import { Wrong } from '../wrong.ts'

export const exec = promisify(execFile)

/** Where the private Redis of `npm start` has its data. */
export const DATA = '.data/redis'
const FOLDER = 'deploy/backup'

/** Throws `Misused` where it is somebody else's work: outside of a checkout, or of a Redis that is not of this folder. */
export function checkPlace({ say }: Terminal, target: Target, env: Env): void {
  if (!existsSync(FOLDER)) throw new Misused(say(NO_CHECKOUT))
  if (namesRedis(target === 'start' ? envHere(env) : env)) throw new Misused(say(ELSEWHERE))
}

/** What a script of deploy/backup printed. Throws `Wrong` with all that it said, should it fail. */
export async function runScript(script: 'backup' | 'restore', args: readonly string[], env: Env): Promise<string> {
  try {
    return (await exec('sh', [`${FOLDER}/${script}.sh`, ...args], { env: { ...env } })).stdout.trim()
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error)) throw error
    throw new Wrong(alike(`${error.stdout}${error.stderr}`.trim()))
  }
}

const NO_CHECKOUT: Words = {
  en: 'Call it in the folder of deploy/backup, on the server itself: in a container there is none. Of a cluster, copy its Redis by its own means: docs/operations.md',
  zh: '请在服务器上 deploy/backup 所在的目录执行；容器里没有。集群请用 Redis 自己的备份方式：docs/operations.zh-CN.md',
}
const ELSEWHERE: Words = {
  en: 'REDIS_URL or its like names a Redis that is not of this folder. Copy that one where it runs: REDISCLI_AUTH=… deploy/backup/backup.sh --redis HOST:PORT, docs/operations.md',
  zh: 'REDIS_URL 等变量指向别处的 Redis。请在它运行的地方备份：REDISCLI_AUTH=… deploy/backup/backup.sh --redis HOST:PORT，见 docs/operations.zh-CN.md',
}
