import { randomBytes } from 'node:crypto'
import { freePort, urlOf } from './address.ts'
import { comesAbout, type Fleet, gatherFleet, type Member } from './fleet.ts'
import type { TestRedis } from './provide.ts'

const PRIMARIES = 3
const SLOTS = 16_384
/** In which a node must be silent to be replaced. */
const NODE_TIMEOUT_MS = 2_000

type Options = {
  /** Each primary has one. */
  replicas?: boolean
  /** Its servers tell each other by name, and their certificate knows no addresses. */
  tls?: boolean
}

/**
 * A Cluster of three primaries, for one test. `kill` ends the first, whose slots are then its replica's where there are
 * replicas; `restart` starts it again, and resolves when all nodes have what they should.
 */
export async function startTestCluster({ replicas = false, tls = false }: Options = {}): Promise<TestRedis> {
  await using started = new AsyncDisposableStack()
  const fleet = started.use(await gatherFleet(tls ? 'DNS:localhost' : undefined))
  const password = randomBytes(24).toString('base64url')
  const addNode = () => add(fleet, password)
  const primaries = await Promise.all(Array.from({ length: PRIMARIES }, addNode))
  const others = replicas ? await Promise.all(primaries.map(addNode)) : []
  const nodes = [...primaries, ...others]
  await Promise.all(nodes.map(node => node.start()))
  await join(primaries, others)

  let [first, second] = [primaries[0] as Member, others[0]]
  const end = started.move()
  const stop = () => end.disposeAsync()
  return {
    get url() {
      return urlOf(first.address)
    },
    env: {
      REDIS_URL: `${tls ? 'rediss' : 'redis'}://:${password}@any`,
      REDIS_CLUSTER_NODES: primaries.map(({ port }) => `localhost:${port}`).join(','),
      ...(fleet.certificate ? { NODE_EXTRA_CA_CERTS: fleet.certificate.file } : {}),
    },
    kill: () => first.kill(),
    async restart() {
      if (second) {
        const heir = second
        await comesAbout('the replica takes over', async () => (await replicationOf(heir)).includes('role:master'))
        ;[first, second] = [heir, first]
        await second.start()
        await follows(first)
      } else await first.start()
      for (const node of nodes) await comesAbout('the Cluster is whole', () => isWhole(node, nodes.length))
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

async function add(fleet: Fleet, password: string): Promise<Member> {
  const settings = `
cluster-enabled yes
cluster-port ${await freePort()}
cluster-node-timeout ${NODE_TIMEOUT_MS}
masterauth ${password}
repl-diskless-sync-delay 0
`
  const byName = 'tls-cluster yes\ncluster-announce-hostname localhost\ncluster-preferred-endpoint-type hostname\n'
  return fleet.add({ port: await freePort(), password }, fleet.certificate ? settings + byName : settings)
}

/** Gives each primary a third of the slots, introduces all to each other, and each of `replicas` to its primary. */
async function join(primaries: Member[], replicas: Member[]): Promise<void> {
  const [first] = primaries as [Member]
  const nodes = [...primaries, ...replicas]
  const busOfFirst = ((await first.ask(redis => redis.config('GET', 'cluster-port'))) as string[])[1] ?? ''
  for (const [index, node] of primaries.entries()) {
    const [from, to] = [index, index + 1].map(third => Math.floor((third * SLOTS) / PRIMARIES)) as [number, number]
    await node.ask(redis => redis.cluster('ADDSLOTSRANGE', from, to - 1))
    await node.ask(redis => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1))
  }
  for (const node of nodes.slice(1))
    await node.ask(redis => redis.call('CLUSTER', 'MEET', '127.0.0.1', first.port, busOfFirst))
  for (const node of nodes) await comesAbout('the Cluster is whole', () => isWhole(node, nodes.length))
  for (const [index, replica] of replicas.entries()) {
    const primary = primaries[index] as Member
    const id = String(await primary.ask(redis => redis.call('CLUSTER', 'MYID')))
    await replica.ask(redis => redis.call('CLUSTER', 'REPLICATE', id))
    await follows(primary)
  }
}

const replicationOf = (node: Member): Promise<string> => node.ask(redis => redis.info('replication'))

const follows = (primary: Member): Promise<void> =>
  comesAbout('the replica follows', async () => (await replicationOf(primary)).includes('state=online'))

async function isWhole(node: Member, known: number): Promise<boolean> {
  const info = String(await node.ask(redis => redis.call('CLUSTER', 'INFO')))
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${known}`)
}
