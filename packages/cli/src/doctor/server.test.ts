import { once } from 'node:events'
import { createServer } from 'node:net'
import { callWaystation } from '@waystation/testing'
import { expect, test } from 'vitest'
import { type Container, containerChecks } from './containers.ts'
import { placeOf } from './place.ts'
import { publishedPorts } from './ports.ts'

const container = (Service: string, told: Partial<Container> = {}): Container => ({
  Service,
  State: 'running',
  Health: 'healthy',
  ExitCode: 0,
  Labels: '',
  Publishers: [],
  ...told,
})

test('a container that is not there, has ended, ends again and again or is not well', () => {
  const look = (...containers: Container[]) => {
    const services = ['redis', ...new Set(containers.map(({ Service }) => Service))]
    return containerChecks({ services, containers }).map(({ name, colour, finding }) => [name, colour, finding.en])
  }
  expect(look()).toEqual([['containers', 'red', 'none runs: the station is down']])
  expect(look(container('sender', { State: 'exited' }))).toEqual([
    ['containers', 'red', 'none runs: the station is down'],
  ])
  const redis = container('redis')
  // It ends when it has done its work; an exporter has no check of its health.
  const well = [container('logs-setup', { State: 'exited', Health: '' }), container('node-exporter', { Health: '' })]
  expect(look(redis, ...well)).toEqual([['containers', 'green', 'all are well: 2']])
  expect(
    look(
      container('inference'),
      container('inference', { State: 'exited', ExitCode: 137 }),
      container('sender', { State: 'restarting', Health: 'starting' }),
      container('nginx', { Health: 'unhealthy' }),
      container('gateway-web', { Health: 'starting' }),
      container('logs-setup', { State: 'exited', ExitCode: 1 }),
    ),
  ).toEqual([
    ['containers.redis', 'red', 'there is none'],
    ['containers.inference', 'red', 'does not run: exited (137)'],
    ['containers.sender', 'red', 'ends again and again'],
    ['containers.nginx', 'red', 'runs, and is unhealthy'],
    ['containers.gateway-web', 'yellow', 'starts, and is not healthy yet'],
    ['containers.logs-setup', 'red', 'does not run: exited (1)'],
  ])
})

test('a port that is open to the world, beside those of nginx', () => {
  const published = (URL: string, PublishedPort: number) => ({ Publishers: [{ URL, PublishedPort }] })
  const look = (...containers: Container[]) =>
    publishedPorts({ services: [], containers }).map(({ name, colour, finding }) => [name, colour, finding.en])
  const well = [container('nginx', published('0.0.0.0', 443)), container('prometheus', published('127.0.0.1', 9090))]
  // What is exposed alone has no port of the machine.
  expect(look(...well, container('redis', published('', 0)))).toEqual([
    ['ports.published', 'green', 'none but those of nginx'],
  ])
  expect(look(...well, container('redis', published('::', 6379)))).toEqual([
    ['ports.redis', 'red', 'redis is open to the world: port 6379'],
  ])
})

test('cures say what is typed where the station runs', () => {
  const english = (env: Record<string, string>, units?: string) => {
    const { logs, restart, start, status, apply, upgrade } = placeOf(env, 'en', units)
    return [logs('sender'), logs('sender', 'reply.put_off'), restart('sender'), start('sender'), status, apply, upgrade]
  }
  expect(english({ WAYSTATION_REVISION: 'unknown' })).toEqual([
    '`docker compose logs --tail 50 sender`',
    '`docker compose logs sender | grep reply.put_off`',
    '`docker compose restart sender`',
    '`docker compose up -d --wait sender`',
    '`docker compose ps -a`',
    '`docker compose up -d --wait`',
    '`deploy/upgrade.sh`',
  ])
  // A pod is of our image, too.
  const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', WAYSTATION_REVISION: 'unknown' }
  expect(english(pod).filter(words => !words.startsWith('`kubectl '))).toEqual([])
  expect(english({}, import.meta.filename).filter(words => !/^`(systemctl|journalctl) /.test(words))).toEqual([])
  const nowhere = '/nowhere'
  expect(english({}, nowhere).filter(words => !words.includes('`npm start`'))).toEqual([])
  expect(placeOf({}, 'zh', nowhere).logs('sender', 'reply.put_off')).toBe('`npm start` 的输出里的 reply.put_off')
})

test('somebody else has the port of a station that does not run', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const PORT = String(typeof address === 'object' ? address?.port : '')
  const look = async () => {
    const { stdout } = await callWaystation({ PORT }, 'doctor', '--json')
    return JSON.parse(stdout).find(({ name }: { name: string }) => name === 'ports.PORT')
  }
  expect(await look()).toMatchObject({
    colour: 'red',
    finding: expect.stringMatching(new RegExp(`^(something else|\\w+ \\(\\d+\\)) has port ${PORT}$`)),
    cure: expect.stringContaining('another PORT'),
  })
  server.close()
  await once(server, 'close')
  expect(await look()).toMatchObject({ colour: 'green' })
})
