import { X509Certificate } from 'node:crypto'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { type Certificate, makeTrustedCertificate } from './compose/tls.ts'
import { certificateAt, hasNginx, putCertificate, startFront, startMirror } from './front.ts'

const patiently = { timeout: 30_000, interval: 200 }

describe.runIf(hasNginx)('nginx', () => {
  test('comes up before there is a certificate, and takes each one that comes, but none that is broken', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'certificate-'))
    const [first, second] = [
      await makeTrustedCertificate(folder.path, ['127.0.0.1']),
      await makeTrustedCertificate(folder.path, ['127.0.0.1']),
    ]
    await using mirror = await startMirror()
    await using front = await startFront({ GATEWAY_WEB_SERVERS: mirror.address })
    const shows = ({ cert }: Certificate) =>
      vi.waitFor(async () => {
        expect(await certificateAt(front.port)).toBe(new X509Certificate(cert).fingerprint256)
      }, patiently)
    expect(await certificateAt(front.port)).toMatch(/^[\dA-F:]+$/)

    await putCertificate(front.site, first)
    await shows(first)

    await writeFile(join(front.site, 'tls', 'privkey.pem'), 'no key')
    await vi.waitFor(() => expect(front.errors()).toContain('[emerg]'), patiently)
    await shows(first)

    await putCertificate(front.site, second)
    await shows(second)
  })
})
