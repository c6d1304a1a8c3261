import type { Env } from '@waystation/runtime'
import { compose, type Ended } from './compose.ts'
import { Unreachable } from './station.ts'
import { Wrong } from './wrong.ts'

/** What decides in which language it answers. */
const LOCALE = ['LC_ALL', 'LC_MESSAGES', 'LANG']

/** Calls this very command in a container of `service`, as if it ran here; its exit code. Throws `Unreachable` as below. */
export async function callInside(service: string, env: Env): Promise<number> {
  const { stdin, stdout, stderr } = process
  const isTerminal = Boolean(stdin.isTTY && stdout.isTTY && stderr.isTTY)
  const words = process.argv.slice(2)
  // Beside a pipe, what is typed is for whoever reads from the pipe.
  const typed = isTerminal || !stdin.isTTY ? 'inherit' : ''
  const { code } = await inside(service, env, words, { isTerminal, stdin: typed, output: 'inherit' })
  return code
}

type Options = { isTerminal?: boolean; stdin: string; output?: 'inherit'; signal?: AbortSignal }

/** `waystation <words>` in a container of `service`. Throws `Unreachable` where there is none. */
export async function inside(
  service: string,
  env: Env,
  words: readonly string[],
  { isTerminal = false, ...options }: Options,
): Promise<Ended> {
  try {
    const { code, stdout } = await compose(['ps', '--quiet', '--status', 'running', service])
    if (code !== 0 || stdout === '') throw new Unreachable(notUp(service))
    const locale = LOCALE.flatMap(name => (env[name] ? ['-e', `${name}=${env[name]}`] : []))
    const flags = isTerminal ? locale : ['-T', ...locale]
    return await compose(['exec', ...flags, service, 'waystation', ...words], options)
  } catch (error) {
    throw error instanceof Wrong ? new Unreachable(error.words) : error
  }
}

const notUp = (service: string) => ({
  en: `No container of ${service} runs here: \`docker compose up -d --wait\` starts the station, \`docker compose logs --tail 20 ${service}\` says why one ended.`,
  zh: `这里没有 ${service} 的容器在运行：用 \`docker compose up -d --wait\` 启动，\`docker compose logs --tail 20 ${service}\` 说明它为什么退出。`,
})
