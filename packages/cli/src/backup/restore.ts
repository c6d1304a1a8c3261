import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { endProvidedRedis } from '@waystation/redis'
import type { Env } from '@waystation/runtime'
import { type Answer, Misused, orWhyNot, type Terminal } from '../command.ts'
import type { Words } from '../language.ts'
import { type Target, targetHere, targetOf } from '../target.ts'
import { Wrong } from '../wrong.ts'
import { checkPlace, DATA, exec, runScript } from './scripts.ts'

export type RestoreOptions = { replace?: boolean }

/** By the script that a server has for it. */
export async function restore(terminal: Terminal, env: Env, archive: string, options: RestoreOptions): Promise<Answer> {
  if (!existsSync(archive)) throw new Misused(terminal.say(noArchive(archive)))
  const target = targetHere() ?? (await targetIn(archive))
  checkPlace(terminal, target, env)
  return await orWhyNot(terminal, async () => {
    const data = target === 'start' ? ['--data', await privateData()] : []
    const said = await runScript('restore', [...data, ...(options.replace ? ['--replace'] : []), archive], env)
    const [, ...counts] = /(\d+) keys\. .*answered: (\d+).*sent: (\d+)\.$/.exec(said) ?? []
    const [keys = 0, messages = 0, replies = 0] = counts.map(Number)
    const notes = said.split('\n').slice(0, -1)
    const text = [...notes, terminal.say(done(messages, replies, target))].join('\n')
    const { size: bytes } = await stat(archive)
    return { text, json: { path: archive, bytes, notes, keys, messages, replies } }
  })
}

/** As its `.env` has it, where this folder has none. */
async function targetIn(archive: string): Promise<Target> {
  return await exec('tar', ['-xzOf', archive, '.env']).then(
    ({ stdout }) => targetOf(stdout),
    () => 'start',
  )
}

/** The folder of a Redis that is stopped. One that outlived its station is ended. */
async function privateData(): Promise<string> {
  if (!(await endProvidedRedis(DATA))) throw new Wrong(RUNS)
  await mkdir(DATA, { recursive: true, mode: 0o700 })
  return DATA
}

const noArchive = (path: string) => ({ en: `There is no ${path}.`, zh: `没有 ${path}。` })
const RUNS = {
  en: 'The station runs. Stop it first, by Ctrl-C where `npm start` runs; nothing was changed.',
  zh: '站点正在运行。请先停止：在 `npm start` 的终端按 Ctrl-C；没有任何改动。',
}
const starts: Readonly<Record<Target, string>> = { start: 'npm start', compose: 'docker compose up -d --wait' }
const done = (messages: number, replies: number, target: Target): Words => ({
  en: `Messages that will be answered: ${messages}; answers that will be sent: ${replies}, once it is started: \`${starts[target]}\`.`,
  zh: `启动后（\`${starts[target]}\`）会回答 ${messages} 条消息，送出 ${replies} 条回答。`,
})
