import { randomBytes } from 'node:crypto'
import { freePort, urlOf } from './address.ts'
import { comesAbout, gatherFleet, type Member } from './fleet.ts'
import type { TestRedis } from './provide.ts'

const NAME = 'mymaster'
const SENTINELS = 3
/** How long a primary must be silent to be replaced. Sentinels ask it each second: in less they would miss it though it lives. */
const DOWN_AFTER_MS = 1_500
const FAILOVER_TIMEOUT_MS = 1_000

type Options = {
  /** How many replicas must be there for a primary to take writes (0). */
  minReplicas?: number
  tls?: boolean
}

type TestSentinels = TestRedis & {
  /** The primary stands still, and the other has taken over. What is returned lets it go on, disposed of. */
  hang(): Promise<Disposable>
}

/**
 * A primary, a replica and three Sentinels, for one test. `kill` ends whichever of the two is the primary; `restart`
 * starts what was killed as the other's replica, and resolves when it has all that the other has.
 */
export async function startTestSentinels({ minReplicas = 0, tls = false }: Options = {}): Promise<TestSentinels> {
  await using started = new AsyncDisposableStack()
  const fleet = started.use(await gatherFleet(tls ? 'IP:127.0.0.1' : undefined))
  const password = randomBytes(24).toString('base64url')
  const addStore = async () => fleet.add({ port: await freePort(), password }, storeSettings(password, minReplicas))
  const [first, second] = [await addStore(), await addStore()]
  await first.start()
  await follow(second, first)

  const sentinels: Member[] = []
  for (let i = 0; i < SENTINELS; i += 1) {
    const address = { port: await freePort(), password }
    sentinels.push(await fleet.add(address, watch(first.port, password), '--sentinel'))
  }
  for (const sentinel of sentinels) await sentinel.start()
  for (const sentinel of sentinels) await comesAbout('the Sentinels know all', () => knowsAll(sentinel))

  let [primary, other] = [first, second]
  const end = started.move()
  const stop = () => end.disposeAsync()
  return {
    get url() {
      return urlOf(primary.address)
    },
    env: {
      REDIS_URL: `${tls ? 'rediss' : 'redis'}://:${password}@any`,
      REDIS_SENTINELS: sentinels.map(({ port }) => `127.0.0.1:${port}`).join(','),
      REDIS_SENTINEL_PASSWORD: password,
      ...(fleet.certificate ? { NODE_EXTRA_CA_CERTS: fleet.certificate.file } : {}),
    },
    kill: () => primary.kill(),
    async restart() {
      ;[primary, other] = [other, primary]
      await comesAbout('the replica takes over', () => isPrimary(primary))
      await follow(other, primary)
    },
    async hang() {
      const [, pid] = /process_id:(\d+)/.exec(await primary.ask(redis => redis.info('server'))) ?? []
      process.kill(Number(pid), 'SIGSTOP')
      ;[primary, other] = [other, primary]
      await comesAbout('the replica takes over', () => isPrimary(primary))
      return { [Symbol.dispose]: () => void process.kill(Number(pid), 'SIGCONT') }
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

const storeSettings = (password: string, minReplicas: number): string => `
masterauth ${password}
min-replicas-to-write ${minReplicas}
min-replicas-max-lag 1
repl-diskless-sync-delay 0
`

async function follow(replica: Member, primary: Member): Promise<void> {
  await replica.start('--replicaof', '127.0.0.1', String(primary.port))
  const info = () => primary.ask(redis => redis.info('replication'))
  await comesAbout('the replica follows', async () => (await info()).includes('state=online'))
}

const isPrimary = async (store: Member): Promise<boolean> =>
  (await store.ask(redis => redis.info('replication'))).includes('role:master')

const watch = (port: number, password: string): string => `
requirepass ${password}
sentinel sentinel-pass ${password}
sentinel monitor ${NAME} 127.0.0.1 ${port} 2
sentinel auth-pass ${NAME} ${password}
sentinel down-after-milliseconds ${NAME} ${DOWN_AFTER_MS}
sentinel failover-timeout ${NAME} ${FAILOVER_TIMEOUT_MS}
`

async function knowsAll(sentinel: Member): Promise<boolean> {
  const told = String(await sentinel.ask(redis => redis.call('SENTINEL', 'MASTER', NAME)))
  return told.includes('num-slaves,1') && told.includes(`num-other-sentinels,${SENTINELS - 1}`)
}
