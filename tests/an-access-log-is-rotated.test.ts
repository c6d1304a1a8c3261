import { spawnSync } from 'node:child_process'
import { chmod, chown, mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { hasNginx, NOBODY, startFront, startMirror } from './front.ts'

const ours = new URL('../deploy/logging/logrotate', import.meta.url)
const env = { PATH: `${process.env.PATH}:/usr/sbin` }
const canRotate = process.getuid?.() === 0 && spawnSync('logrotate', ['--version'], { env }).error === undefined
if (!canRotate) process.stderr.write('SKIPPED: rotating the access log, for want of root or logrotate\n')

describe.runIf(hasNginx && canRotate)('the access log as a file', () => {
  test('is begun anew by logrotate, and nginx writes on in the new one', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'rotated-'))
    const logs = join(folder.path, 'log')
    const file = join(folder.path, 'waystation')
    await chmod(folder.path, 0o755)
    await mkdir(logs, { mode: 0o750 })
    await chown(logs, NOBODY, NOBODY)
    await using mirror = await startMirror()
    const current = join(logs, 'nginx-access.log')
    await using front = await startFront({ ACCESS_LOG: current, GATEWAY_WEB_SERVERS: mirror.address })
    const rules = (await readFile(ours, 'utf8'))
      .replaceAll('/var/log/waystation', logs)
      .replaceAll('/run/nginx-waystation', join(dirname(front.site), 'run'))
      .replace('su www-data www-data', 'su nobody nogroup')
    await writeFile(file, rules, { mode: 0o644 })
    const rotate = () =>
      spawnSync('logrotate', ['--force', '--state', join(folder.path, 'state'), file], { env }).status
    // Asked again: nginx writes its line after the answer, and into the old file until it has opened the new one.
    const isLogged = (path: string) =>
      vi.waitFor(
        async () => {
          await fetch(`${front.plain}/${path}`, { redirect: 'manual' })
          expect(await readFile(current, 'utf8')).toContain(`"path":"/${path}"`)
        },
        { timeout: 30_000, interval: 200 },
      )

    await isLogged('first')
    expect(rotate()).toBe(0)
    await isLogged('second')
    expect(await readFile(`${current}.1`, 'utf8')).toContain('"path":"/first"')
    expect((await stat(current)).mode & 0o777).toBe(0o640)

    expect(rotate()).toBe(0)
    expect((await readdir(logs)).sort()).toEqual(['nginx-access.log', 'nginx-access.log.1', 'nginx-access.log.2.gz'])
    expect(front.lines()).toEqual([])
  })
})
