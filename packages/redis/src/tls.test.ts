import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startTestCluster, startTestSentinels } from './index.ts'

const exec = promisify(execFile)

const code = `
  import { close, connect, redisConfig } from '${new URL('./index.ts', import.meta.url).href}'
  import { readEnv } from '${new URL('../../runtime/src/index.ts', import.meta.url).href}'
  const all = ['commands', 'worker', 'subscriber'].map(purpose => connect(readEnv(redisConfig, process.env), purpose, {
    info() {},
    warn(outage) {
      console.log(JSON.stringify(outage))
      process.exit()
    },
  }))
  const [commands, worker, subscriber] = await Promise.all(all)
  await subscriber.subscribe('news')
  const heard = new Promise(resolve => subscriber.on('message', (_, message) => resolve(message)))
  // On a Cluster they are on different nodes.
  for (const key of ['a', 'b', 'c', 'd', 'e']) await worker.set(key, 'told')
  await commands.publish('news', await commands.get('a'))
  console.log(await heard)
  await Promise.all([commands, worker, subscriber].map(close))`

/** A process of its own: Node reads whom it trusts when it starts. */
const talk = (env: Readonly<Record<string, string>>) =>
  exec(process.execPath, ['--input-type=module', '-e', code], { env, timeout: 30_000 })

test.each([
  ['Sentinels and stores that go by address', startTestSentinels],
  ['a Cluster whose nodes go by name', startTestCluster],
])('%s are trusted by NODE_EXTRA_CA_CERTS, and not without', async (_, start) => {
  await using redis = await start({ tls: true })
  expect((await talk(redis.env)).stdout).toBe('told\n')
  const { NODE_EXTRA_CA_CERTS: _trusted, ...env } = redis.env
  expect((await talk(env)).stdout).toMatch(/"redis.unreachable".*"errorCode":"closed"/)
})
