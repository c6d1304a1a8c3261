import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callWaystation } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'

/** Of a server with Compose, on a machine without Docker. */
async function serverFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'server-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(
    join(folder, '.env'),
    'REDIS_PASSWORD=canary-password\nCOMPOSE_PROFILES=\nHTTP_PORT=1\nHTTPS_PORT=1\n',
  )
  return { PWD: folder, PATH: folder }
}

const NO_DOCKER = 'There is no Docker here: https://docs.docker.com/engine/install/'

test('what asks Redis asks in a container; without Docker it says so', async () => {
  const server = await serverFolder()
  for (const words of [['queues'], ['trace', 'x'], ['dlq', 'list', '--json'], ['usage'], ['trial']])
    expect(await callWaystation(server, ...words)).toEqual({ code: 3, stdout: '', stderr: `${NO_DOCKER}\n` })
  const chinese = await callWaystation({ ...server, LANG: 'zh_CN.UTF-8' }, 'queues')
  expect(chinese.stderr).toContain('这里没有 Docker')
  // What is wrong is told before anybody is asked.
  expect(await callWaystation(server, 'queues', '--wrong')).toMatchObject({ code: 2 })
})

test('a Redis that the environment names is asked from here', async () => {
  const { code, stderr } = await callWaystation(
    { ...(await serverFolder()), REDIS_URL: 'redis://127.0.0.1:1' },
    'queues',
  )
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('Redis does not answer') })
})

test('doctor looks at the machine of a server without its containers', async () => {
  const server = await serverFolder()
  await chmod(join(server.PWD, '.env'), 0o644)
  await chmod(server.PWD, 0o755)
  const examine = async (...words: string[]) => {
    const { stdout, stderr, code } = await callWaystation(server, 'doctor', '--json', ...words)
    expect([stdout, stderr].join()).not.toContain('canary')
    return { code, of: Object.fromEntries(JSON.parse(stdout).map((one: { name: string }) => [one.name, one])) }
  }
  const { code, of } = await examine()
  expect(code).toBe(1)
  expect(of.containers).toMatchObject({ colour: 'red', finding: NO_DOCKER })
  expect(of['files.env']).toMatchObject({ colour: 'red' })
  expect(of['config.environment']).toMatchObject({ colour: 'green' })
  expect(Object.keys(of)).toEqual(expect.arrayContaining(['machine.node', 'machine.memory', 'machine.disk', 'front']))
  expect((await examine('--fix')).of['files.env']).toMatchObject({ colour: 'green', done: 'chmod 600 .env' })
})
