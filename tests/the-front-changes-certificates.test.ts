import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { certificateAt, hasNginx, newCertificate, startFront, startMirror } from './front.ts'

const patiently = { timeout: 30_000, interval: 200 }

describe.runIf(hasNginx)('nginx', () => {
  test('comes up before there is a certificate, and takes each one that comes, but none that is broken', async () => {
    await using mirror = await startMirror()
    await using front = await startFront({ GATEWAY_WEB_SERVERS: mirror.address })
    const shows = (name: string) =>
      vi.waitFor(async () => expect(await certificateAt(front.port)).toBe(name), patiently)
    await shows('waystation')

    await (await newCertificate('first.test')).putInto(front.site)
    await shows('first.test')

    await writeFile(join(front.site, 'tls', 'privkey.pem'), 'no key')
    await vi.waitFor(() => expect(front.errors()).toContain('[emerg]'), patiently)
    await shows('first.test')

    await (await newCertificate('second.test')).putInto(front.site)
    await shows('second.test')
  })
})
