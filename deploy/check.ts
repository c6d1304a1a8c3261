import { type ExecFileException, execFile } from 'node:child_process'
import { cp, mkdtempDisposable, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

// `npm run check:deploy`: the files by which Waystation is deployed, each read by the program that it is for.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const { PATH = '', HOME = '' } = process.env
/** Nothing of whoever runs it: what a check finds must not depend on their .env. */
const clean = { PATH: `${PATH}:/usr/sbin`, HOME }
const envFile = ['--env-file', '.env.example']
const composeEnv = { ...clean, REDIS_PASSWORD: 'check' }

type Run = { found: boolean; ok: boolean; output: string }
type Outcome = { state: 'ok' } | { state: 'FAILED'; output: string } | { state: 'SKIPPED'; why: string }

const outcomes: Outcome[] = []
await report('shell scripts', shellScripts)
await report('Dockerfile', dockerfile)
await report('nginx before fixed upstreams', nginxOnAHost)
await report('nginx before upstreams of Docker', nginxInDocker)
await report('docker compose, every profile and size', compose)
await report('Prometheus: its rules fire when they should', prometheus)
await report('Prometheus on Kubernetes', prometheusOnKubernetes)
await report('blackbox-exporter', blackboxExporter)
await report('Alertmanager: each alert goes where it should', alertmanager)
await report('Alertmanager: what it can send by itself', alertmanagerByItself)
await report('Kubernetes', () => checkOfItsOwn('kubernetes'))
await report('systemd', () => checkOfItsOwn('systemd'))
await report('SSH, open and closed', sshd)
await report('cloud-init', cloudInit)
await report('logrotate', logrotate)
await report('Fluent Bit', fluentBit)

const count = (state: Outcome['state']) => outcomes.filter(outcome => outcome.state === state).length
console.log(`${count('ok')} ok, ${count('FAILED')} failed, ${count('SKIPPED')} skipped`)
process.exitCode = count('FAILED') > 0 ? 1 : 0

async function report(what: string, check: () => Promise<Outcome>): Promise<void> {
  const outcome = await check()
  outcomes.push(outcome)
  console.log(`${outcome.state.padEnd(8)}${what}${outcome.state === 'SKIPPED' ? `: ${outcome.why}` : ''}`)
  if (outcome.state === 'FAILED') console.log(outcome.output.trim().replaceAll(/^/gm, '    '))
}

async function shellScripts(): Promise<Outcome> {
  const known = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.sh', '.ci/run'])
  return outcomeOf('shellcheck', await run('shellcheck', known.output.split('\n').filter(Boolean)))
}

async function dockerfile(): Promise<Outcome> {
  return outcomeOf('hadolint', await run('hadolint', ['Dockerfile']))
}

/** As on a server without Docker, for which any nginx is new enough. */
async function nginxOnAHost(): Promise<Outcome> {
  const servers = '127.0.0.1:3001 127.0.0.1:3002'
  return testNginx({ GATEWAY_WEB_SERVERS: servers, GATEWAY_TELEGRAM_SERVERS: servers, GATEWAY_FEISHU_SERVERS: servers })
}

/** As in its container: by an nginx that is new enough, else by that of the image, where that is here. */
async function nginxInDocker(): Promise<Outcome> {
  const channels = { CHANNELS: 'telegram,feishu' }
  const { output } = await run('nginx', ['-v'])
  const [, minor = 0, patch = 0] = /nginx\/1\.(\d+)\.(\d+)/.exec(output)?.map(Number) ?? []
  if (minor > 27 || (minor === 27 && patch >= 3)) return testNginx(channels)

  const image = await imageOf('nginx')
  if (image === undefined)
    return { state: 'SKIPPED', why: 'needs nginx 1.27.3, or Docker with the image of docker-compose.yml' }
  const mount = `${join(ROOT, 'nginx')}:/etc/nginx/waystation:ro`
  const test = '/etc/nginx/waystation/prepare.sh && nginx -e stderr -p /tmp/nginx -c nginx.conf -t'
  const container = ['--rm', '--network', 'none', '--user', '101:101', '--read-only', '--tmpfs', '/tmp', '-v', mount]
  const args = ['run', ...container, '-e', `CHANNELS=${channels.CHANNELS}`, '--entrypoint', 'sh', image, '-c', test]
  return outcomeOf('docker', await run('docker', args))
}

/** The image that docker-compose.yml names, where it is here. */
async function imageOf(name: string): Promise<string | undefined> {
  const args = ['compose', ...envFile, '--profile', '*', 'config', '--format', 'json']
  const { output } = await run('docker', args, composeEnv)
  const [, image] = new RegExp(`"image": "(${name}:[^"]+)"`).exec(output) ?? []
  return image !== undefined && (await run('docker', ['image', 'inspect', image])).ok ? image : undefined
}

async function testNginx(env: Record<string, string>): Promise<Outcome> {
  if (!(await run('nginx', ['-v'])).found) return { state: 'SKIPPED', why: 'no nginx here' }
  if (!(await run('envsubst', ['-V'])).found) return { state: 'SKIPPED', why: 'no envsubst here (gettext-base)' }
  await using home = await mkdtempDisposable(join(tmpdir(), 'check-'))
  const [ours, prepared] = [join(home.path, 'nginx'), join(home.path, 'run')]
  await cp(join(ROOT, 'nginx'), ours, { recursive: true })
  const ready = await run(join(ours, 'prepare.sh'), [], { ...clean, RUNTIME_DIRECTORY: prepared, ...env })
  if (!ready.ok) return outcomeOf('sh', ready)
  // A pipe of Node's is a socket, which nginx cannot open as its /dev/stdout.
  const test = ['-c', 'exec nginx "$@" >/dev/null', 'nginx', '-e', 'stderr', '-p', prepared, '-c', 'nginx.conf', '-t']
  return outcomeOf('nginx', await run('sh', test))
}

async function compose(): Promise<Outcome> {
  const listed = await run('docker', ['compose', ...envFile, 'config', '--profiles'], composeEnv)
  if (!listed.found || listed.output.includes("'compose' is not a docker command"))
    return { state: 'SKIPPED', why: 'no docker compose here' }
  const profiles = ['', '*', ...listed.output.split('\n').filter(line => /^[\w-]+$/.test(line))]
  for (const size of ['basic', 'enhanced'])
    for (const overlay of [[], ['-f', 'docker-compose.yml', '-f', 'deploy/gpu.yml']])
      for (const profile of profiles) {
        const args = ['compose', ...envFile, ...overlay, '--profile', profile, 'config', '-q']
        const { ok, output } = await run('docker', args, { ...composeEnv, SERVER_SIZE: size })
        // It only warns of a variable that nobody sets.
        if (!ok || output !== '')
          return { state: 'FAILED', output: `SERVER_SIZE=${size} docker ${args.join(' ')}\n${output}` }
      }
  return { state: 'ok' }
}

async function prometheus(): Promise<Outcome> {
  const config = await run('promtool', ['check', 'config', 'deploy/prometheus/prometheus.yml'])
  if (!config.ok) return outcomeOf('promtool', config)
  const tests = (await readdir(join(ROOT, 'deploy/prometheus/tests'))).map(file => `deploy/prometheus/tests/${file}`)
  return outcomeOf('promtool', await run('promtool', ['test', 'rules', ...tests]))
}

async function prometheusOnKubernetes(): Promise<Outcome> {
  const config = await run('promtool', ['check', 'config', 'deploy/prometheus/kubernetes.yml'])
  if (config.output.includes('kubernetes_sd_configs not found'))
    return { state: 'SKIPPED', why: 'this promtool is built without Kubernetes, as Debian 12 has it' }
  return outcomeOf('promtool', config)
}

/** Debian's name of it. */
async function blackboxExporter(): Promise<Outcome> {
  const program = 'prometheus-blackbox-exporter'
  return outcomeOf(program, await run(program, ['--config.check', '--config.file=deploy/prometheus/blackbox.yml']))
}

async function alertmanager(): Promise<Outcome> {
  await using home = await mkdtempDisposable(join(tmpdir(), 'check-'))
  const mail = {
    ALERT_SMTP: 'smtp.example.com:587',
    ALERT_MAIL_FROM: 'us@example.com',
    ALERT_MAIL_TO: 'us@example.com',
  }
  const env = { ...clean, ...mail, ALERTS_TOKEN: 'check', RUNTIME_DIRECTORY: home.path }
  const prepared = await run('deploy/alertmanager/prepare.sh', [], env)
  if (!prepared.ok) return outcomeOf('sh', prepared)
  const file = join(home.path, 'alertmanager.yml')
  const config = await run('amtool', ['check-config', file])
  if (!config.ok) return outcomeOf('amtool', config)
  const expected = await readFile(join(ROOT, 'deploy/alertmanager/routes.test.txt'), 'utf8')
  for (const line of expected.split('\n').filter(text => text !== '' && !text.startsWith('#'))) {
    const [receivers, ...labels] = line.split(/ +/)
    const route = ['config', 'routes', 'test', `--config.file=${file}`, `--verify.receivers=${receivers}`, ...labels]
    const tested = await run('amtool', route)
    if (!tested.ok) return { state: 'FAILED', output: `${line}\n${tested.output}` }
  }
  return { state: 'ok' }
}

/** By an amtool that is new enough, which Debian 12's is not, else by that of the image, where that is here. */
async function alertmanagerByItself(): Promise<Outcome> {
  const file = 'deploy/alertmanager/by-itself.yml'
  const { output } = await run('amtool', ['--version'])
  const [, minor = 0] = /version 0\.(\d+)/.exec(output)?.map(Number) ?? []
  if (minor >= 33) return outcomeOf('amtool', await run('amtool', ['check-config', file]))

  const image = await imageOf('prom/alertmanager')
  if (image === undefined)
    return { state: 'SKIPPED', why: 'needs amtool 0.33, or Docker with the image of docker-compose.yml' }
  const mount = `${join(ROOT, file)}:/tmp/alertmanager.yml:ro`
  const container = ['--rm', '--network', 'none', '-v', mount, '--entrypoint', 'amtool', image]
  return outcomeOf('docker', await run('docker', ['run', ...container, 'check-config', '/tmp/alertmanager.yml']))
}

/** It says itself when it cannot be done here. */
async function checkOfItsOwn(folder: string): Promise<Outcome> {
  const checked = await run(process.execPath, [`deploy/${folder}/check.ts`])
  const [, why] = /^SKIPPED: (.+)/m.exec(checked.output) ?? []
  return checked.ok && why !== undefined ? { state: 'SKIPPED', why } : outcomeOf('node', checked)
}

/** What harden.sh writes in each of its two steps. As nobody, for as root it wants the user and the folder of a server. */
async function sshd(): Promise<Outcome> {
  const { found, output: program } = await run('sh', ['-c', 'command -v sshd'])
  if (!found || program === '') return { state: 'SKIPPED', why: 'no sshd here' }
  await using home = await mkdtempDisposable(join(tmpdir(), 'check-'))
  const key = join(home.path, 'key')
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  for (const oldPorts of ['22', '']) {
    const { output } = await run('bash', ['-c', '. deploy/host/harden.sh && sshd_settings "$1"', 'bash', oldPorts])
    const file = join(home.path, 'sshd_config')
    await writeFile(file, `HostKey ${key}\n${output}`)
    const asNobody = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : []
    if (asNobody.length > 0) await run('chown', ['-R', '65534:65534', home.path])
    const tested = await run('env', [...asNobody, program.trim(), '-t', '-f', file])
    if (!tested.ok) return outcomeOf('sshd', tested)
  }
  return { state: 'ok' }
}

async function cloudInit(): Promise<Outcome> {
  return outcomeOf('cloud-init', await run('cloud-init', ['schema', '--config-file', 'deploy/host/cloud-init.yaml']))
}

/** A copy, for it reads no file that others than its owner may write, as those of a checkout may be. */
async function logrotate(): Promise<Outcome> {
  await using home = await mkdtempDisposable(join(tmpdir(), 'check-'))
  const file = join(home.path, 'waystation')
  await writeFile(file, await readFile(join(ROOT, 'deploy/logging/logrotate')), { mode: 0o644 })
  const { found, ok, output } = await run('logrotate', ['-d', '--state', join(home.path, 'state'), file])
  return outcomeOf('logrotate', { found, ok: ok && !output.includes('error:'), output })
}

async function fluentBit(): Promise<Outcome> {
  for (const file of ['to-elasticsearch.yaml', 'to-loki.yaml']) {
    const args = ['--dry-run', `--config=deploy/logging/fluent-bit/${file}`]
    const read = await run('fluent-bit', args, { ...clean, ELASTIC_PASSWORD: 'check' })
    if (!read.ok) return outcomeOf('fluent-bit', read)
  }
  return { state: 'ok' }
}

function outcomeOf(program: string, { found, ok, output }: Run): Outcome {
  if (!found) return { state: 'SKIPPED', why: `no ${program} here` }
  return ok ? { state: 'ok' } : { state: 'FAILED', output }
}

/** Both outputs of a program, which runs in the checkout. */
function run(program: string, args: string[], env: Record<string, string> = clean): Promise<Run> {
  const { promise, resolve } = Promise.withResolvers<Run>()
  execFile(program, args, { cwd: ROOT, env }, (error: ExecFileException | null, stdout, stderr) => {
    resolve({ found: error?.code !== 'ENOENT', ok: error === null, output: stdout + stderr })
  })
  return promise
}
