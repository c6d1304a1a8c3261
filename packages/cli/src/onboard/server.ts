import type { Env } from '@waystation/runtime'
import { compose, type Ended, linesOf } from '../compose.ts'
import { inside } from '../inside.ts'
import type { Words } from '../language.ts'
import { Wrong } from '../wrong.ts'

/** Of a container that does not start: a sentence or two, which it repeats each time. */
const LAST_LINES = 5

/** How many containers of this folder run. Throws `Wrong` where Compose does not say, with the reason. */
export async function containersHere(): Promise<number> {
  const { code, stdout, stderr } = await compose(['ps', '--quiet'])
  if (code !== 0) throw new Wrong(refuses(lastLine(stderr)))
  return linesOf(stdout).length
}

/**
 * Builds the image, starts what does not run, replaces what is another now, and waits until all is well. `onLine`: what
 * Compose tells meanwhile. Throws `Wrong` with what it said at last.
 */
export async function bringUp(onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  const { code, stderr } = await compose(['--progress', 'plain', 'up', '-d', '--build', '--wait'], { onLine, signal })
  if (code !== 0) throw new Wrong(notUp(lastLine(stderr), await lastWords(stderr), cureOf(stderr)))
}

/** A message on its whole road, in the container of the web chat. Throws `Unreachable` where there is none. */
export const sendThere = (env: Env, signal: AbortSignal, ...flags: string[]): Promise<Ended> =>
  inside('gateway-web', env, ['trial', ...flags], { stdin: '', signal })

/** What the container said that Compose blames, if it blames one. */
async function lastWords(stderr: string): Promise<string> {
  const [, blamed] = /container (\S+) (?:is unhealthy|exited)/.exec(stderr) ?? []
  if (blamed === undefined) return ''
  const all = linesOf((await compose(['ps', '--all', '--format', '{{.Name}} {{.Service}}'])).stdout)
  const service = all.find(line => line.startsWith(`${blamed} `))?.split(' ')[1]
  if (service === undefined) return ''
  const { stdout } = await compose(['logs', '--no-log-prefix', '--no-color', '--tail', '20', service])
  return [...new Set(linesOf(stdout))].slice(-LAST_LINES).join('\n')
}

const lastLine = (text: string): string => linesOf(text).at(-1)?.trim() ?? ''

const cureOf = (stderr: string): Words => cures.find(({ sign }) => sign.test(stderr))?.words ?? MEND

const cures: { sign: RegExp; words: Words }[] = [
  {
    sign: /address already in use|port is already allocated/,
    words: {
      en: 'Another program has this port: stop it, or give HTTP_PORT and HTTPS_PORT in .env others.',
      zh: '端口已被其他程序占用：停掉它，或在 .env 里为 HTTP_PORT 和 HTTPS_PORT 换别的端口。',
    },
  },
  {
    sign: /no space left on device/,
    words: {
      en: 'The disk is full: `df -h`, `docker system df`, `docker image prune`.',
      zh: '磁盘已满：`df -h`、`docker system df`、`docker image prune`。',
    },
  },
  {
    sign: /i\/o timeout|TLS handshake|no such host|server misbehaving|network is unreachable|failed to (resolve|fetch)/,
    words: {
      en: 'An image was not fetched: does this server reach the internet, or a mirror by "registry-mirrors" in /etc/docker/daemon.json?',
      zh: '镜像没有取到：这台服务器能访问互联网吗？或在 /etc/docker/daemon.json 的 "registry-mirrors" 里配置镜像站。',
    },
  },
]
const MEND = {
  en: 'Mend what it says, mostly in .env.',
  zh: '按提示修正，多半在 .env 里。',
}
const refuses = (why: string): Words => ({ en: `Docker Compose says: ${why}`, zh: `Docker Compose 说：${why}` })
const notUp = (why: string, log: string, cure: Words): Words => ({
  en: [`It did not come up. Docker Compose says: ${why}`, log, cure.en].filter(Boolean).join('\n'),
  zh: [`没有启动成功。Docker Compose 说：${why}`, log, cure.zh].filter(Boolean).join('\n'),
})
