import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtempDisposable, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '@waystation/redis'
import {
  callWaystation,
  key,
  openTerminal,
  startMailServer,
  startModel,
  startWecomRobot,
  type TerminalSession,
  text,
  untilAddress,
} from '@waystation/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkOut } from './folder.ts'
import { hostAddress, whyNoServer } from './server.ts'
import { passOn } from './tls.ts'

const exec = promisify(execFile)
const enter = key('enter')
/** Large images that no mail needs. */
const UNUSED = ['prometheus', 'grafana', 'node-exporter', 'redis-exporter', 'blackbox-exporter']
const OVERRIDE = `services:
  alertmanager: { environment: { SSL_CERT_FILE: /trust/mail.pem }, volumes: [./site/trust:/trust:ro] }
${UNUSED.map(service => `  ${service}: { profiles: !override [unused] }`).join('\n')}
`

const why = await whyNoServer()
if (why) console.warn(`SKIPPED: the wizard is not tried on a server, for ${why}.`)

describe.skipIf(why)('the wizard on a server', () => {
  const started = new AsyncDisposableStack()
  let folder: string
  let env: Readonly<Record<string, string>>
  let model: Awaited<ReturnType<typeof startModel>>
  let mail: Awaited<ReturnType<typeof startMailServer>>
  let wecom: Awaited<ReturnType<typeof startWecomRobot>>

  const compose = async (...args: string[]) =>
    (await exec('docker', ['compose', ...args], { cwd: folder, env: { ...process.env, ...env } })).stdout
  const wizard = (more = {}) => openTerminal(folder, { ...env, ...more }, 'onboard')

  beforeAll(async () => {
    const host = await hostAddress()
    folder = started.use(await mkdtempDisposable(join(tmpdir(), 'waystation-server-'))).path
    const project = `waystation-${randomBytes(4).toString('hex')}`
    env = {
      COMPOSE_PROJECT_NAME: project,
      WAYSTATION_VERSION: project,
      HTTP_PORT: String(await freePort()),
      HTTPS_PORT: String(await freePort()),
    }
    model = started.use(await startModel())
    wecom = started.use(await startWecomRobot({ key: 'canary-wecom' }))
    mail = started.use(await startMailServer({ host }))
    const port = Number(new URL(model.baseUrl).port)
    const forContainers = createServer(passOn(port)).listen(port, host)
    started.defer(() => void forContainers.close())
    await once(forContainers, 'listening')
    await checkOut(folder)
    await writeFile(join(folder, 'docker-compose.override.yml'), OVERRIDE)
    await mkdir(join(folder, 'site/trust'), { recursive: true })
    await copyFile(mail.certificateFile, join(folder, 'site/trust/mail.pem'))
    started.defer(async () => {
      await compose('--profile', '*', 'down', '--volumes', '--timeout', '1')
      await exec('docker', ['image', 'rm', '--force', `waystation:${project}`])
    })
    // A person waits for longer than a test.
    await compose('build')
    await compose('--profile', 'monitoring', 'pull', '--quiet', '--ignore-buildable', '--policy', 'missing')
  })

  afterAll(() => started.disposeAsync())

  async function untilWritten(terminal: TerminalSession): Promise<void> {
    await terminal.when('Language', enter)
    await terminal.when('How will it run?', key('down'), enter)
    await terminal.when('Which models answer?', enter)
    await untilAddress(terminal)
    terminal.type(text(model.baseUrl), enter)
    await terminal.when('◆  Model', enter)
    await terminal.when('Longest answer', enter)
    await terminal.when('Temperature', enter)
    await terminal.when('Name of the assistant', enter)
    await terminal.when('Who it is', enter)
    await terminal.when('Where do people write', enter)
    await terminal.when('Who may use it?', enter)
    await terminal.when('Ids of those who', enter)
    await terminal.when('Who is told', key('space'), key('down'), key('space'), enter)
    await terminal.when('Mail server', text(mail.address), enter)
    await terminal.when('From which address', text('a@example.com'), enter)
    await terminal.when('To which address', text('b@example.com'), enter)
    await terminal.when('User at the mail server', text(mail.user), enter)
    await terminal.when('Its password', text(mail.password), enter)
    await terminal.when('Address of the robot', text(wecom.url), enter)
    await terminal.when('Write this?', enter)
  }

  async function untilUnchanged(terminal: TerminalSession): Promise<void> {
    await terminal.when('Language', enter)
    await terminal.when('Keep simulated', enter)
    for (const question of ['Longest answer', 'Temperature', 'Keep this persona?', 'Where do people write'])
      await terminal.when(question, enter)
    for (const question of ['Who may use it?', 'Ids of those who', 'Who is told', 'Keep mail', 'Keep wecom'])
      await terminal.when(question, enter)
    await terminal.when('Nothing changes.')
  }

  test('brings it up, sends a message through it and a mail, and keeps what runs when it is called again', async () => {
    using first = wizard()
    await untilWritten(first)
    await first.when('Start it now', enter)
    await first.when(/redis-1 +Healthy/)
    await first.when(/nginx-1 +Waiting/)
    await first.when('Done.')
    await first.when('first word of the model')
    await first.when('delivered')
    await first.when('trial mail to b@example.com', enter)
    await first.when('The mail server has taken it')
    await first.when('It runs')
    expect(await first.ended).toBe(0)
    expect(first.seen()).not.toMatch(/canary|undefined/)
    expect(model.requests).toHaveLength(1)
    expect(mail.messages).toEqual([{ to: ['b@example.com'], subject: expect.stringContaining('TrialMail') }])

    const before = await compose('ps', '--quiet')
    using second = wizard()
    await untilUnchanged(second)
    await second.when('It runs already', enter)
    await second.when('delivered')
    await second.when('trial mail to', key('down'), enter)
    expect(await second.ended).toBe(0)
    expect(await compose('ps', '--quiet')).toBe(before)
    expect(mail.messages).toHaveLength(1)
  })

  test('a mail that is refused says why, and so does an engine that does not answer', async () => {
    const path = join(folder, '.env')
    const env = await readFile(path, 'utf8')
    await writeFile(path, env.replace(mail.password, 'canary-wrong'))
    using terminal = wizard()
    await untilUnchanged(terminal)
    await terminal.when('It runs already', enter)
    await terminal.when('trial mail to', enter)
    await terminal.when(/The mail server did not take it: .*535/)
    expect(await terminal.ended).toBe(1)
    expect(terminal.seen()).not.toContain('canary')
    await writeFile(path, env)

    using away = wizard({ DOCKER_HOST: 'unix:///nowhere' })
    await untilUnchanged(away)
    await away.when('The Docker engine does not answer')
    await away.when('Start it with `docker compose up -d --build --wait`')
    expect(await away.ended).toBe(0)
  })

  test('without questions it starts it too, and what is in the way is named', async () => {
    await compose('down', '--timeout', '1')
    const start = () => callWaystation({ ...env, PWD: folder }, 'onboard', '--non-interactive', '--start', '--json')
    const stranger = createServer().listen(Number(env.HTTP_PORT))
    await once(stranger, 'listening')
    const refused = await start()
    stranger.close()
    expect(refused.code).toBe(1)
    const failed = expect.stringContaining('Another program has this port')
    expect(JSON.parse(refused.stdout)).toMatchObject({ started: false, failed })
    const { code, stdout } = await start()
    expect(code).toBe(0)
    const { started, trial } = JSON.parse(stdout)
    expect(started).toBe(true)
    expect(trial.steps).toContainEqual(expect.objectContaining({ step: 'settled' }))
  })

  test('a backup brings back what waited, once, when the volume of Redis is lost', async () => {
    const here = async (...words: string[]) => {
      const { code, stdout } = await callWaystation({ ...env, PWD: folder }, ...words, '--json')
      return { code, ...JSON.parse(stdout) }
    }
    await compose('stop', 'inference')
    const asked = model.requests.length
    await compose('exec', '--detach', 'gateway-web', 'waystation', 'trial')
    const waiting = async () => {
      const seen = await compose('exec', '-T', 'gateway-web', 'waystation', 'queues', '--json')
      return JSON.parse(seen).inbox.items
    }
    await expect.poll(waiting, { timeout: 30_000 }).toBe(1)
    const kept = await here('backup', '--to', 'backups')
    expect(kept).toMatchObject({ code: 0, holds: expect.arrayContaining(['redis.rdb', '.env', 'site']) })
    const running = await here('restore', kept.path)
    expect(running).toEqual({ code: 1, failed: expect.stringContaining('the stack runs: docker compose down') })

    await compose('down', '--volumes', '--timeout', '1')
    await rm(join(folder, '.env'))
    expect(await here('restore', kept.path)).toMatchObject({
      code: 0,
      notes: ['.env is back.'],
      messages: 1,
      replies: 0,
    })
    await compose('up', '-d', '--wait')
    await expect.poll(waiting, { timeout: 30_000 }).toBe(0)
    expect(model.requests).toHaveLength(asked + 1)
  })

  test('Ctrl-C ends it, and says what is there', async () => {
    await compose('down', '--timeout', '1')
    using terminal = wizard()
    await untilUnchanged(terminal)
    await terminal.when('Start it now', enter)
    await terminal.when(/nginx-1 +Waiting/, key('ctrl-c'))
    await terminal.when(/\d+ containers run, which `docker compose down` stops/)
    expect(await terminal.ended).toBe(130)
  })
})
