import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { provideRedis } from '@waystation/redis'
import type { Env } from '@waystation/runtime'
import { type Answer, Misused, orWhyNot, type Terminal } from '../command.ts'
import { alike } from '../language.ts'
import { targetHere } from '../target.ts'
import { size } from '../text.ts'
import { Wrong } from '../wrong.ts'
import { checkPlace, DATA, exec, runScript } from './scripts.ts'

const TO = 'backups'

export type BackupOptions = { to?: string; keep: string }

/** By the script that a server has for it; the private Redis of `npm start` is woken where it sleeps. */
export async function backup(terminal: Terminal, env: Env, { to, keep }: BackupOptions): Promise<Answer> {
  const target = targetHere() ?? 'start'
  checkPlace(terminal, target, env)
  if (!/^[1-9]\d{0,5}$/.test(keep)) throw new Misused(terminal.say(KEEP))
  return await orWhyNot(terminal, async () => {
    const path =
      target === 'compose'
        ? await runScript('backup', ['--keep', keep, ...(to === undefined ? [] : ['--to', to])], env)
        : await copyPrivate(terminal, env, ['--keep', keep, '--to', to ?? TO])
    const { size: bytes } = await stat(path)
    const listed = (await exec('tar', ['-tzf', path])).stdout.trim().split('\n')
    const holds = [...new Set(listed.map(name => name.split('/')[0] ?? ''))]
    return { text: terminal.say(written(path, bytes, holds)), json: { path, bytes, holds } }
  })
}

async function copyPrivate({ progress }: Terminal, env: Env, args: readonly string[]): Promise<string> {
  if (!existsSync(DATA)) throw new Wrong(NOTHING)
  const redis = await provideRedis({ dataDir: DATA, say: progress }).catch(({ message }) => {
    throw new Wrong(alike(message))
  })
  try {
    const { host, password } = new URL(redis.url)
    return await runScript('backup', [...args, '--redis', host], {
      ...env,
      REDISCLI_AUTH: decodeURIComponent(password),
    })
  } finally {
    await redis.stop()
  }
}

const KEEP = { en: '--keep is a whole number above 0.', zh: '--keep 要是大于 0 的整数。' }
const NOTHING = {
  en: 'There is nothing to copy: no station was ever started in this folder.',
  zh: '没有可备份的内容：此目录从未启动过站点。',
}
const written = (path: string, bytes: number, holds: readonly string[]) => ({
  en: `${path}\n${size(bytes)}: ${holds.join(', ')}. Secrets and what people wrote are in it, in the clear: encrypt it before it leaves this machine.`,
  zh: `${path}\n${size(bytes)}：${holds.join('、')}。其中有明文的密钥和聊天内容：离开本机前请加密。`,
})
