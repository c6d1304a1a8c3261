import { setTimeout as sleep } from 'node:timers/promises'
import { type Metrics, readMetrics } from '@waystation/testing'

/** On a busy machine. */
const HEALTHY_WITHIN_SECONDS = 600
const LOOK_EVERY_MS = 200
/** Of a log, when a test has failed. */
const LAST_LINES = 200

type Container = { id: string; image: string; pid: number; health: string; address: string }

/** What an operator does and sees in a server's folder, where `run` runs programs. */
export function operate(run: (command: string, ...args: string[]) => Promise<string>) {
  const compose = (...args: string[]): Promise<string> => run('docker', 'compose', ...args)

  /** Brings up what is not, with so many of these services; of others as many as the server's size has. */
  async function scale(replicas: Readonly<Record<string, number>>): Promise<void> {
    const wait = ['--wait', '--wait-timeout', String(HEALTHY_WITHIN_SECONDS)]
    const scales = Object.entries(replicas).flatMap(([service, count]) => ['--scale', `${service}=${count}`])
    await compose('up', '-d', ...wait, ...scales)
  }

  async function containers(service: string): Promise<Container[]> {
    const ids = (await compose('ps', '--quiet', service)).split('\n').filter(Boolean)
    return Promise.all(ids.map(inspect))
  }

  async function inspect(id: string): Promise<Container> {
    const addresses = '{{range .NetworkSettings.Networks}} {{.IPAddress}}{{end}}'
    const format = `{{.Image}} {{.State.Pid}} {{.State.Health.Status}}${addresses}`
    const words = (await run('docker', 'inspect', '--format', format, id)).trim().split(' ')
    const [image = '', pid, health = '', address = ''] = words
    return { id, image, pid: Number(pid), health, address }
  }

  /** The process in a service's first container dies by itself, as for want of memory. Resolves when it is well again. */
  async function kill(service: string): Promise<void> {
    const [first] = await containers(service)
    if (!first) throw new Error(`no container of ${service} runs`)
    process.kill(first.pid, 'SIGKILL')
    const isBack = ({ pid, health }: Container) => pid > 0 && pid !== first.pid && health === 'healthy'
    while (!isBack(await inspect(first.id))) await sleep(LOOK_EVERY_MS)
  }

  /** What each of a service's containers has counted. */
  async function metrics(service: string): Promise<Metrics[]> {
    const page = async ({ address }: Container) => (await fetch(`http://${address}:3000/metrics`)).text()
    return Promise.all((await containers(service)).map(async container => readMetrics([await page(container)])))
  }

  /** A counter, summed over a service's containers. */
  const sum = async (service: string, ...counter: Parameters<Metrics['sum']>): Promise<number> =>
    (await metrics(service)).reduce((total, one) => total + one.sum(...counter), 0)

  /** Whether neither a message nor an answer waits. */
  async function isIdle(): Promise<boolean> {
    return (await sum('inference', 'waystation_inbox_depth')) + (await sum('sender', 'waystation_outbox_depth')) === 0
  }

  /** Prints what nginx could not have answered, and what went wrong in the services. */
  async function explain(): Promise<void> {
    const telling = /"http\.response\.status_code":5|"log\.level":"(warn|error|fatal)"|\[(warn|error)\]/
    const lines = (await compose('logs', '--timestamps')).split('\n').filter(line => telling.test(line))
    process.stderr.write(`${lines.slice(-LAST_LINES).join('\n')}\n`)
  }

  return { compose, scale, containers, kill, metrics, sum, isIdle, explain }
}
