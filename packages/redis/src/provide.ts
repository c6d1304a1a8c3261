import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Address, addressOf, isFree, moveAddress, readAddress, urlOf } from './address.ts'
import { isInUse, isUp, shutDown } from './admin.ts'
import { ensureRedisServer, type Say } from './launcher.ts'
import { type Launch, LOG_FILE, type Server } from './server.ts'

const POLL_MS = 20

export type ProvidedRedis = {
  url: string
  /** Ends a private server, its data safe on disk; one that was found running lives on while others are connected. */
  stop(): Promise<void>
}

/**
 * The Redis of `npm start` where none is configured: a private one with its data in `dataDir`. It
 * ends with `stop`; one left behind by a killed process is found again and used on. Throws an error for a person.
 */
export async function provideRedis(options: { dataDir: string; say: Say }): Promise<ProvidedRedis> {
  const launch = await ensureRedisServer(options.say)
  const { address, server } = await start(launch, resolve(options.dataDir), false)
  return {
    url: urlOf(address),
    async stop() {
      if (server || !(await isInUse(address))) await shutDown(address)
      await server?.kill()
    },
  }
}

/** Where the private Redis over `dataDir` listens, if there is one and it runs. */
export async function findProvidedRedis(dataDir: string): Promise<string | undefined> {
  const address = await readAddress(resolve(dataDir))
  return address && (await isUp(address)) ? urlOf(address) : undefined
}

/** Ends the private Redis over `dataDir`, its data safe on disk, unless somebody is connected to it: then it says false. */
export async function endProvidedRedis(dataDir: string): Promise<boolean> {
  const address = await readAddress(resolve(dataDir))
  if (!address || !(await isUp(address))) return true
  if (await isInUse(address)) return false
  await shutDown(address)
  return true
}

/** A Redis for one test. */
export type TestRedis = AsyncDisposable & {
  url: string
  /** By which a process finds it. */
  env: Readonly<Record<string, string>>
  /** As `kill -9` does. */
  kill(): Promise<void>
  /** After `kill`: on the same port, with the same data. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** A private server with its data in a folder for temporary files. It does not outlive this process. */
export async function startTestRedis(): Promise<TestRedis> {
  const launch = await ensureRedisServer(line => process.stderr.write(`${line}\n`))
  const dataDir = await mkdtemp(join(tmpdir(), 'waystation-redis-'))
  let { address, server } = await start(launch, dataDir, true)
  const stop = async () => {
    await server?.kill()
    await rm(dataDir, { recursive: true, force: true })
  }
  return {
    url: urlOf(address),
    env: { REDIS_URL: urlOf(address) },
    kill: async () => server?.kill(),
    restart: async () => {
      server = (await start(launch, dataDir, true)).server ?? server
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** `server` is absent where one already ran. */
async function start(
  launch: Launch,
  dataDir: string,
  leashed: boolean,
): Promise<{ address: Address; server?: Server }> {
  const address = await addressOf(dataDir)
  if (await isUp(address)) return { address }
  const server = await launch(address, dataDir, leashed)
  if (await comesUp(address, server)) return { address, server }
  if (await isFree(address.port)) throw new Error(`Redis does not start: its reason is in ${join(dataDir, LOG_FILE)}`)
  await moveAddress(dataDir)
  return start(launch, dataDir, leashed)
}

/** False when the server ended first; still true if it did so because another was faster than it. */
async function comesUp(address: Address, server: Server): Promise<boolean> {
  let ended = false
  server.ended.then(() => {
    ended = true
  })
  for (;;) {
    const last = ended
    if (await isUp(address)) return true
    if (last) return false
    await sleep(POLL_MS)
  }
}
