import { execFile } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Certificate } from './tls.ts'

const exec = promisify(execFile)
const repository = fileURLToPath(new URL('../..', import.meta.url))

/** So that services believe the certificate that the simulators have. */
const TRUST = `services:
${['gateway-telegram', 'gateway-feishu', 'inference', 'sender']
  .map(service => `  ${service}: { environment: { NODE_EXTRA_CA_CERTS: /etc/waystation/trust.pem } }`)
  .join('\n')}
`

/** Puts this checkout into a folder, with what is not committed yet. */
export async function checkOut(folder: string): Promise<void> {
  const files = 'git ls-files -z --cached --others --exclude-standard'
  const copy = `${files} | tar -c --null -T - --ignore-failed-read | tar -x -C "$0"`
  await exec('sh', ['-c', copy, folder], { cwd: repository })
}

/** An `.env` by the example, and a `site/` with a certificate, which services trust by `trust.yml`. */
export async function configure(
  folder: string,
  { cert, key }: Certificate,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const example = await readFile(join(folder, '.env.example'), 'utf8')
  const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  // In front of what the example says, whose COMPOSE_PROFILES are made of it.
  const rest = example.split('\n').filter(line => !Object.hasOwn(env, line.split('=')[0] ?? ''))
  await writeFile(join(folder, '.env'), [...lines, ...rest].join('\n'), { mode: 0o600 })
  await writeFile(join(folder, 'trust.yml'), TRUST)
  for (const name of ['tls', 'config', 'acme']) await mkdir(join(folder, 'site', name), { recursive: true })
  await writeFile(join(folder, 'site/config/trust.pem'), cert)
  await writeFile(join(folder, 'site/tls/fullchain.pem'), cert)
  await writeFile(join(folder, 'site/tls/privkey.pem'), key)
  // Readable by whoever nginx is in its image.
  await chmod(join(folder, 'site/tls/privkey.pem'), 0o644)
}
