import { once } from 'node:events'
import { mkdtempDisposable, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { makeCertificate } from '@waystation/redis'
import { SMTPServer } from 'smtp-server'

type Mail = { to: string[]; subject: string }

/** A mail server that takes mail only over STARTTLS and from its one user, as most do. */
export async function startMailServer({ user = 'waystation', password = 'canary-mail', host = '127.0.0.1' } = {}) {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await mkdtempDisposable(join(tmpdir(), 'mail-'))).path
  const certificate = await makeCertificate(folder, `IP:${host}`)
  const messages: Mail[] = []
  const server = new SMTPServer({
    key: await readFile(certificate.keyFile),
    cert: await readFile(certificate.file),
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: (given, _session, answer) =>
      given.username === user && given.password === password
        ? answer(null, { user })
        : answer(new Error('Invalid username or password')),
    onData: (stream, session, answer) =>
      void text(stream).then(mail => {
        const to = session.envelope.rcptTo.map(({ address }) => address)
        messages.push({ to, subject: /^Subject: (.*)$/m.exec(mail)?.[1]?.trim() ?? '' })
        answer()
      }, answer),
  })
  // A client that breaks off is no fault of ours.
  server.on('error', () => {})
  const listening = server.listen(0, host)
  await once(listening, 'listening')
  started.defer(() => new Promise<void>(closed => server.close(closed)))
  // Only a server on a pipe has a string for an address.
  const { port } = listening.address() as AddressInfo

  const end = started.move()
  return {
    address: `${host}:${port}`,
    user,
    password,
    /** Only itself vouches for it. */
    certificateFile: certificate.file,
    messages,
    [Symbol.asyncDispose]: () => end.disposeAsync(),
  }
}
