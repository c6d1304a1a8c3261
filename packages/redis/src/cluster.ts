import { randomBytes } from 'node:crypto'
import { freePort, urlOf } from './address.ts'
import { comesAbout, gatherFleet, type Member } from './fleet.ts'
import type { TestRedis } from './provide.ts'

const NODES = 3
const SLOTS = 16_384

/** A Cluster of three nodes without replicas, for one test. `kill` ends the first, `restart` starts it again. */
export async function startTestCluster(): Promise<TestRedis> {
  await using started = new AsyncDisposableStack()
  const fleet = started.use(await gatherFleet())
  const password = randomBytes(24).toString('base64url')
  const nodes: Member[] = []
  for (let i = 0; i < NODES; i += 1) {
    const settings = `cluster-enabled yes\ncluster-port ${await freePort()}\ncluster-node-timeout 2000\nmasterauth ${password}`
    nodes.push(await fleet.add({ port: await freePort(), password }, settings))
  }
  for (const node of nodes) await node.start()
  await join(nodes)

  const [first] = nodes as [Member]
  const end = started.move()
  const stop = () => end.disposeAsync()
  return {
    url: urlOf(first.address),
    env: {
      REDIS_URL: `redis://:${password}@any`,
      REDIS_CLUSTER_NODES: nodes.map(({ address }) => `127.0.0.1:${address.port}`).join(','),
    },
    kill: first.kill,
    restart: first.start,
    stop,
    [Symbol.asyncDispose]: stop,
  }
}

/** Gives each a third of the slots, and introduces them to each other. */
async function join(nodes: Member[]): Promise<void> {
  const [first] = nodes as [Member]
  for (const [index, node] of nodes.entries()) {
    const [from, to] = [index, index + 1].map(third => Math.floor((third * SLOTS) / nodes.length)) as [number, number]
    await node.ask(redis => redis.cluster('ADDSLOTSRANGE', from, to - 1))
    await node.ask(redis => redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1))
    const busOf = async () => Number(((await first.ask(redis => redis.config('GET', 'cluster-port'))) as string[])[1])
    if (node !== first)
      await node.ask(async redis => redis.call('CLUSTER', 'MEET', '127.0.0.1', first.address.port, await busOf()))
  }
  for (const node of nodes)
    await comesAbout('the Cluster is whole', async () => {
      const info = await node.ask(redis => redis.call('CLUSTER', 'INFO'))
      return /cluster_state:ok/.test(String(info)) && String(info).includes(`cluster_known_nodes:${nodes.length}`)
    })
}
