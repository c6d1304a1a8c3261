import { once } from 'node:events'
import { connect } from 'node:net'
import type { Env } from '@waystation/runtime'
import { printed } from '../printed.ts'
import type { Stack } from './containers.ts'
import { type Finding, green, red } from './finding.ts'

const PATIENCE_MS = 2_000
/** From every network that this machine is in. */
const EVERYWHERE = ['0.0.0.0', '::']

/** The ports that nginx is going to publish, while it does not run. */
export async function frontPorts(env: Env): Promise<Finding[]> {
  const found = await Promise.all([
    port('HTTP_PORT', env.HTTP_PORT || '80'),
    port('HTTPS_PORT', env.HTTPS_PORT || '443'),
  ])
  return found.flat()
}

/** That a port is free for us, or who has it. Compose takes one with an address before it, too. */
export async function port(variable: string, value: string): Promise<Finding[]> {
  const [name, number] = [`ports.${variable}`, Number(value.split(':').at(-1))]
  // What is wrong with it, config.environment tells.
  if (!(number > 0 && number < 65_536)) return []
  if (!(await isHeld(number))) return [green(name, { en: `${number} is free`, zh: `${number} 空闲` })]
  const who = await holderOf(number)
  return [
    red(name, {
      finding:
        who === undefined
          ? { en: `something else has port ${number}`, zh: `端口 ${number} 被别的程序占用` }
          : { en: `${who} has port ${number}`, zh: `端口 ${number} 被 ${who} 占用` },
      cure: {
        en: `Stop it${who === undefined ? ` (\`sudo ss -ltnp 'sport = :${number}'\` says what it is)` : ''}, or set another ${variable} in .env.`,
        zh: `停止它${who === undefined ? `（\`sudo ss -ltnp 'sport = :${number}'\` 会显示是谁）` : ''}，或在 .env 里换一个 ${variable}。`,
      },
    }),
  ]
}

/** By who answers there: only root may try to listen on port 80. */
async function isHeld(number: number): Promise<boolean> {
  const socket = connect({ port: number, host: '127.0.0.1', timeout: PATIENCE_MS })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** A container, or a process as far as it may be seen: those of others only by root. */
async function holderOf(number: number): Promise<string | undefined> {
  const [container, sockets] = await Promise.all([
    printed('docker', 'ps', '--filter', `publish=${number}`, '--format', '{{.Names}}'),
    printed('ss', '-Hltnp', `sport = :${number}`),
  ])
  if (container) return container.split('\n')[0]
  const [, program, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(sockets) ?? []
  return pid === undefined ? undefined : `${program} (${pid})`
}

/** What an override publishes to the world beside nginx; Docker's ports pass by the machine's firewall. */
export function publishedPorts({ containers }: Stack): Finding[] {
  const open = Map.groupBy(
    containers.filter(({ Service }) => Service !== 'nginx'),
    ({ Service }) => Service,
  )
  const findings = [...open].flatMap(([service, those]) => {
    const ports = those
      .flatMap(({ Publishers }) => Publishers ?? [])
      .filter(({ URL, PublishedPort }) => PublishedPort > 0 && EVERYWHERE.includes(URL))
    const [first] = ports
    if (!first) return []
    const list = [...new Set(ports.map(({ PublishedPort }) => PublishedPort))].join(', ')
    return [
      red(`ports.${service}`, {
        finding: { en: `${service} is open to the world: port ${list}`, zh: `${service} 对外开放：端口 ${list}` },
        cure: {
          en: at =>
            `Docker passes by the firewall: publish it as 127.0.0.1:${first.PublishedPort}:… in the override; then ${at.apply}.`,
          zh: at => `Docker 会绕过防火墙：在 override 里写成 127.0.0.1:${first.PublishedPort}:…，然后 ${at.apply}。`,
        },
      }),
    ]
  })
  return findings.length > 0
    ? findings
    : [green('ports.published', { en: 'none but those of nginx', zh: '只有 nginx 的端口' })]
}
