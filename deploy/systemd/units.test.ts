import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { faultsOf, whyNot } from './units.ts'

const reason = whyNot()
if (reason !== undefined) console.warn(`SKIPPED: the systemd units, for ${reason}`)

describe.skipIf(reason !== undefined)('the units', () => {
  test('are well', () => {
    expect(faultsOf(import.meta.dirname)).toEqual([])
  })

  test.each([
    ['a key that there is not', 'waystation-.service.d/service.conf', 'RestartSec', 'RestartSecs', "'RestartSecs'"],
    ['a wrong value', 'waystation-.service.d/service.conf', 'UMask=0077', 'UMask=private', 'private'],
    ['an open door', 'waystation-.service.d/service.conf', 'CapabilityBoundingSet=\n', '', 'exposure level'],
    [
      'nothing to run',
      'waystation-sender@.service',
      'services/sender',
      'services/sander',
      'services/sander/src/main.ts',
    ],
    [
      'no alerts to run',
      'waystation-alerts@.service',
      'services/alerts',
      'services/alert',
      'services/alert/src/main.ts',
    ],
    ['a key of nginx that there is not', 'nginx-waystation.service', 'KillSignal', 'KillSignals', "'KillSignals'"],
    ['nothing to reload by', 'nginx-waystation.service', 'nginx/reload.sh', 'nginx/relaod.sh', 'nginx/relaod.sh'],
  ])('%s is told', async (_, file, wrong, instead, fault) => {
    await using folder = await copy()
    const path = join(folder.path, file)
    const good = await readFile(path, 'utf8')
    expect(good).toContain(wrong)
    await writeFile(path, good.replace(wrong, instead))
    expect(faultsOf(folder.path).join('\n')).toContain(fault)
  })
})

async function copy() {
  const path = await mkdtemp(join(tmpdir(), 'waystation-units-'))
  await cp(import.meta.dirname, path, { recursive: true })
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
