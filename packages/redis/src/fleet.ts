import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Address } from './address.ts'
import { isUp, once } from './admin.ts'
import { type Certificate, makeCertificate, tlsSettings } from './certificate.ts'
import { findProgram } from './launcher.ts'
import { LOG_FILE, type Server, serverConfig, spawnServer } from './server.ts'

const POLL_MS = 20
const COMES_UP_WITHIN_MS = 30_000

/** One of several servers that find each other. */
export type Member = {
  address: Address
  /** Where others reach it: the port of `address`, unless there is TLS. */
  port: number
  /** With more settings, as on a command line. */
  start(...more: string[]): Promise<void>
  /** As `kill -9` does. */
  kill(): Promise<void>
  /** Asks it one thing. */
  ask<Answer>(errand: (redis: Redis) => Promise<Answer>): Promise<Answer>
}

export type Fleet = AsyncDisposable & {
  /** What vouches for all servers, where there is TLS. */
  certificate: Certificate | undefined
  /** A server with its settings in a file, which it may rewrite; not started yet. It does not outlive this process. */
  add(address: Address, settings: string, mode?: '--sentinel'): Promise<Member>
}

/**
 * Servers for one test, run from a program of this machine: containers would not find each other on 127.0.0.1. `tlsFor`: the
 * names in their certificate, `IP:127.0.0.1` or `DNS:localhost`.
 */
export async function gatherFleet(tlsFor?: string): Promise<Fleet> {
  const program = await findProgram()
  if (program === undefined) throw new Error('Several Redis that find each other: please install redis-server')
  const folder = await mkdtemp(join(tmpdir(), 'waystation-fleet-'))
  const certificate = tlsFor === undefined ? undefined : await makeCertificate(folder, tlsFor)
  const running = new Map<number, Server>()
  return {
    certificate,
    async add(address, settings, mode) {
      const cwd = join(folder, String(address.port))
      await mkdir(cwd)
      const store = mode ? '' : serverConfig(address)
      const tls = certificate && (await tlsSettings(certificate))
      const here = ['bind 127.0.0.1', `port ${address.port}`, `logfile ${LOG_FILE}`]
      const lines = [...here, store, settings, ...(tls ? [tls.settings] : [])]
      await writeFile(join(cwd, 'server.conf'), lines.join('\n'), { mode: 0o600 })
      return {
        address,
        port: tls?.port ?? address.port,
        async start(...more) {
          const server = await spawnServer(program, ['server.conf', ...(mode ? [mode] : []), ...more], {
            cwd,
            leashed: true,
          })
          running.set(address.port, server)
          await comesAbout(`the server in ${cwd} is up`, () => isUp(address))
        },
        kill: async () => running.get(address.port)?.kill(),
        async ask(errand) {
          const redis = once(address)
          try {
            await redis.connect()
            return await errand(redis)
          } finally {
            redis.disconnect()
          }
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.values()].map(server => server.kill()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Asks until it is so; not to be answered means no. */
export async function comesAbout(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + COMES_UP_WITHIN_MS; !(await isSo().catch(() => false)); await sleep(POLL_MS))
    if (Date.now() > deadline) throw new Error(`it does not come about that ${what}`)
}
