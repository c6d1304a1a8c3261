import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from './address.ts'

const exec = promisify(execFile)

export type Certificate = { file: string; keyFile: string }

/**
 * A certificate in `folder` that only itself vouches for, good for so many days; `names` as openssl writes them:
 * `IP:127.0.0.1`, `DNS:localhost`.
 */
export async function makeCertificate(folder: string, names: string, days = 2): Promise<Certificate> {
  const [file, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')]
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', keyFile]
  const who = ['-subj', '/CN=waystation', '-addext', `subjectAltName=${names}`]
  await exec('openssl', ['req', '-x509', '-days', String(days), '-out', file, ...key, ...who])
  return { file, keyFile }
}

/** Between servers, too. Beside it a server keeps its plain port, at which tests ask it. */
export async function tlsSettings({ file, keyFile }: Certificate): Promise<{ port: number; settings: string }> {
  const port = await freePort()
  const settings = `
tls-port ${port}
tls-cert-file ${file}
tls-key-file ${keyFile}
tls-ca-cert-file ${file}
tls-auth-clients no
tls-replication yes
`
  return { port, settings }
}
