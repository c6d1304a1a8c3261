import { randomBytes, randomInt } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * Below 32768, where Linux takes the near end of outgoing connections from: a client that keeps asking for a stopped
 * server in that range will some day be given the same port, connect to itself, and hold the port against the server.
 */
const PORTS = { min: 20_000, max: 30_000 }

const addressSchema = z.object({ port: z.number(), password: z.string() })

/** Where a private server listens, on 127.0.0.1, and the password it asks for. */
export type Address = z.infer<typeof addressSchema>

export const urlOf = ({ port, password }: Address): string => `redis://:${password}@127.0.0.1:${port}`

/**
 * The address of the server over `dataDir`, chosen at the first call and kept beside the data. So whoever comes later
 * finds a server left behind by a killed process; and of two that start one at once, the second finds the port bound
 * before it has touched the data.
 */
export async function addressOf(dataDir: string): Promise<Address> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  return (await readAddress(dataDir)) ?? (await chooseAddress(dataDir, 'keep'))
}

/** Chooses a new address, where a stranger listens on the old one. */
export const moveAddress = (dataDir: string): Promise<Address> => chooseAddress(dataDir, 'replace')

export async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const server = createServer()
  server.on('error', () => resolve(false))
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  return await promise
}

const fileIn = (dataDir: string): string => join(dataDir, 'address.json')

/** `undefined` where no server was ever over `dataDir`. */
export async function readAddress(dataDir: string): Promise<Address | undefined> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
  if (text === undefined) return undefined
  try {
    return addressSchema.parse(JSON.parse(text))
  } catch {
    throw new Error(`${fileIn(dataDir)} is damaged: stop the Redis server it belonged to, if any, and remove it`)
  }
}

/** Written whole and aside, then put in place: `keep` leaves what another process has put there meanwhile. */
async function chooseAddress(dataDir: string, present: 'keep' | 'replace'): Promise<Address> {
  const address = { port: await freePort(), password: randomBytes(24).toString('base64url') }
  const draft = `${fileIn(dataDir)}.${randomBytes(6).toString('hex')}`
  await writeFile(draft, JSON.stringify(address), { mode: 0o600, flush: true })
  if (present === 'replace') {
    await rename(draft, fileIn(dataDir))
    return address
  }
  await link(draft, fileIn(dataDir)).catch(error => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
  return (await readAddress(dataDir)) ?? address
}

/** On 127.0.0.1. */
export async function freePort(): Promise<number> {
  const port = randomInt(PORTS.min, PORTS.max)
  return (await isFree(port)) ? port : freePort()
}
