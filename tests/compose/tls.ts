import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { promisify } from 'node:util'

const exec = promisify(execFile)

/** PEM. It is its own authority. */
export type Certificate = { cert: string; key: string }

/** Makes a certificate for addresses, and lets this process trust it. */
export async function makeCertificate(folder: string, addresses: string[]): Promise<Certificate> {
  const [certFile, keyFile] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  const names = addresses.map(address => `IP:${address}`).join()
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=waystation', '-addext', `subjectAltName=${names}`]
  await exec('openssl', ['req', ...kind, ...subject, '-keyout', keyFile, '-out', certFile])
  const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
  setDefaultCACertificates([...getCACertificates('default'), cert])
  return { cert, key }
}

/** `https://<host>:<port>` in front of `origin`, which listens on this machine alone. */
export async function coverWithTls(origin: string, host: string, certificate: Certificate) {
  const port = Number(new URL(origin).port)
  const server = createServer(certificate, near => {
    const far = connect(port, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy()).on('close', () => far.destroy())
    far.on('error', () => near.destroy()).on('close', () => near.destroy())
  })
  server.listen(0, host)
  await once(server, 'listening')
  return {
    // Only a server on a pipe has a string for an address.
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  }
}
