import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { connect } from '@waystation/redis'

/** What a process has used so far, and holds now. */
export type Usage = { cpuSeconds: number; memoryBytes: number }
export type Usages = Readonly<Record<string, Usage>>

/** `USER_HZ`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** Sums over the processes of each service. Throws where one has ended. */
export function usageByService(processes: readonly { service: string; pid: number }[]): Usages {
  const usages: Record<string, Usage> = {}
  for (const { service, pid } of processes) usages[service] = sum(usages[service], serviceUsage(service, pid))
  return usages
}

function serviceUsage(service: string, pid: number): Usage {
  try {
    return processUsage(pid)
  } catch (error) {
    throw new Error(`${service} ended while it was measured`, { cause: error })
  }
}

/** From Linux's /proc (man 5 proc): `utime` and `stime`, over all threads, and `VmRSS`. */
export function processUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The second field is a name in parentheses, which may hold anything; `utime` is the 14th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const resident = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    memoryBytes: Number(resident) * 1024,
  }
}

/** How long the machine's cores have had nothing to do, all together. */
export const idleSeconds = (): number => cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1000

export const cpuSecondsOf = (usages: Usages): number =>
  Object.values(usages).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)

/** As Redis counts it itself, wherever it runs. */
export async function redisUsage(redis: Awaited<ReturnType<typeof connect>>): Promise<Usage> {
  const info = `${await redis.info('cpu')}${await redis.info('memory')}`
  const read = (name: string) => Number(new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1])
  const counters = ['used_cpu_sys', 'used_cpu_user', 'used_cpu_sys_children', 'used_cpu_user_children']
  return {
    cpuSeconds: counters.reduce((total, name) => total + read(name), 0),
    memoryBytes: read('used_memory_rss'),
  }
}

const sum = (one: Usage = { cpuSeconds: 0, memoryBytes: 0 }, other: Usage): Usage => ({
  cpuSeconds: one.cpuSeconds + other.cpuSeconds,
  memoryBytes: one.memoryBytes + other.memoryBytes,
})
