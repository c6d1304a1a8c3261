import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeCertificate } from '@waystation/redis'

/** PEM. It is its own authority. */
export type Certificate = { cert: string; key: string }

/** Makes a certificate for addresses, and lets this process trust it. */
export async function makeTrustedCertificate(folder: string, addresses: string[]): Promise<Certificate> {
  const { file, keyFile } = await makeCertificate(folder, addresses.map(address => `IP:${address}`).join())
  const [cert, key] = await Promise.all([readFile(file, 'utf8'), readFile(keyFile, 'utf8')])
  setDefaultCACertificates([...getCACertificates('default'), cert])
  return { cert, key }
}

/** What becomes of a connection: another one to `port` of this machine. */
export const passOn = (port: number) => (near: Socket) => {
  const far = connect(port, '127.0.0.1')
  near.pipe(far).pipe(near)
  near.on('error', () => far.destroy()).on('close', () => far.destroy())
  far.on('error', () => near.destroy()).on('close', () => near.destroy())
}

/** `https://<host>:<port>` in front of `origin`, which listens on this machine alone. */
export async function coverWithTls(origin: string, host: string, certificate: Certificate) {
  const port = Number(new URL(origin).port)
  const server = createServer(certificate, passOn(port))
  server.listen(0, host)
  await once(server, 'listening')
  return {
    // Only a server on a pipe has a string for an address.
    origin: `https://${host}:${(server.address() as AddressInfo).port}`,
    [Symbol.dispose]: () => void server.close(),
  }
}
