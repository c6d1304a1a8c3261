import { appendFile, chmod, chown, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callWaystation, key, openTerminal, startModel } from '@waystation/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostAddress, type Server, startServer, whyNoServer } from './server.ts'
import { coverWithTls, makeTrustedCertificate } from './tls.ts'

type Told = { name: string; colour: string; finding: string; cure?: string; done?: string }

const why = await whyNoServer()
if (why) console.warn(`SKIPPED: what an operator asks in a server's folder is not tested, for ${why}.`)

describe.skipIf(why)('an operator in the folder of a server', () => {
  let server: Server
  const started = new AsyncDisposableStack()

  beforeAll(async () => {
    const model = started.use(await startModel())
    const host = await hostAddress()
    const { path: folder } = started.use(await mkdtempDisposable(join(tmpdir(), 'waystation-tls-')))
    const certificate = await makeTrustedCertificate(folder, ['127.0.0.1', host])
    const { origin } = started.use(await coverWithTls(new URL(model.baseUrl).origin, host, certificate))
    server = started.use(
      await startServer({ LOCAL_MODEL_BASE_URL: `${origin}/v1`, LOCAL_MODEL: model.model }, certificate),
    )
  })

  afterAll(() => started.disposeAsync())

  const ask = (...words: string[]) => callWaystation({ PWD: server.folder }, ...words)

  async function examine(...words: string[]) {
    const { code, stdout, stderr } = await ask('doctor', '--json', ...words)
    expect(stderr).toBe('')
    const findings: Told[] = JSON.parse(stdout)
    expect(findings.filter(({ colour, cure }) => (colour === 'green') === (cure !== undefined))).toEqual([])
    expect(new Set(findings.map(({ name }) => name)).size).toBe(findings.length)
    // How full the machine is on which the tests run is nobody's concern.
    const ill = findings.filter(({ colour, name }) => colour !== 'green' && !name.startsWith('machine.'))
    return {
      code,
      findings,
      ill: ill.map(({ name }) => name),
      of: (name: string) => findings.find(one => one.name === name),
    }
  }

  test('asks as if Redis was here', async () => {
    const queues = await ask('queues', '--json')
    expect(queues).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(queues.stdout)).toMatchObject({ inbox: { items: 0, workers: 1 } })
    expect(await ask('trial')).toMatchObject({ code: 0, stdout: expect.stringContaining('the whole road') })
    expect(await ask('trace', 'nobody')).toMatchObject({ code: 1 })
    expect(await ask('dlq', 'drop')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--all') })
    const chinese = await callWaystation({ PWD: server.folder, LC_ALL: 'zh_CN.UTF-8' }, 'trace', 'nobody')
    expect(chinese.stdout).toContain('没有它的记录')
  })

  test('sees the queues drawn anew on a terminal, until Ctrl-C', async () => {
    using terminal = openTerminal(server.folder, {}, 'queues')
    await terminal.when('a second')
    await terminal.when('a second', key('ctrl-c'))
    expect(await terminal.ended).toBe(130)
  })

  test('is told of a key that others can read; all else is well', async () => {
    await chmod(server.folder, 0o755)
    const before = await examine()
    expect(before.ill).toEqual(['files.tls_key'])
    expect(before.code).toBe(1)
    const tlsKey = join(server.folder, 'site/tls/privkey.pem')
    await chmod(tlsKey, 0o400)
    expect((await examine()).of('front.config')).toMatchObject({
      colour: 'red',
      finding: 'nginx cannot read the certificate in site/tls',
    })
    // As the cure says.
    await chown(tlsKey, 0, 101)
    await chmod(tlsKey, 0o440)
    const { code, ill, findings } = await examine()
    expect({ code, ill }).toEqual({ code: 0, ill: [] })
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['containers', 'front.config', 'models.local', 'ports.published', 'workers.sender']),
    )
  })

  test('is told what is wrong around the containers, and in them', async () => {
    await server.compose('stop', '--timeout', '1', 'sender')
    const override = 'services: { redis: { ports: ["6379"], networks: [back, outside] } }\n'
    await writeFile(join(server.folder, 'open.yml'), override)
    await appendFile(join(server.folder, '.env'), '\nCOMPOSE_FILE=docker-compose.yml:trust.yml:open.yml\n')
    await server.compose('up', '--detach', '--wait', 'redis')
    await appendFile(join(server.folder, 'nginx/waystation.conf.template'), 'wrong on;\n')
    await chmod(join(server.folder, '.env'), 0o644)
    const { ill, of } = await examine()
    expect(ill.toSorted()).toEqual(['containers.sender', 'files.env', 'front.config', 'ports.redis'])
    expect(of('containers.sender')?.cure).toContain('docker compose up -d --wait sender')
    expect(of('front.config')?.finding).toMatch(/^unknown directive "wrong" in waystation\.conf:\d+$/)
    expect((await examine('--fix')).of('files.env')).toMatchObject({ colour: 'green', done: 'chmod 600 .env' })
  })

  test('is told what to do where nobody is there to be asked', async () => {
    await server.compose('up', '--detach', '--scale', 'inference=0')
    const asked = await ask('queues')
    expect(asked).toMatchObject({ code: 3, stdout: '' })
    expect(asked.stderr).toContain('No container of inference runs here: `docker compose up -d --wait`')
    await server.compose('down', '--timeout', '1')
    const httpPort = Number(new URL(server.plainOrigin).port)
    const other = createServer().listen(httpPort)
    const { of } = await examine()
    expect(of('containers')).toMatchObject({
      colour: 'red',
      cure: expect.stringContaining('docker compose up -d --build --wait'),
    })
    expect(of('ports.HTTP_PORT')).toMatchObject({ colour: 'red', finding: expect.stringContaining(String(httpPort)) })
    expect(of('ports.HTTPS_PORT')).toMatchObject({ colour: 'green' })
    expect(of('config.environment')).toMatchObject({ colour: 'green' })
    other.close()
  })
})
