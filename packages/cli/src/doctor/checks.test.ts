import { once } from 'node:events'
import { chmod, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callWaystation, key, openTerminal } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { Seen } from '../at-work.ts'
import { clock } from './clock.ts'
import { memory, node } from './machine.ts'
import { workerChecks } from './workers.ts'

const coloursOf = (findings: readonly { name: string; colour: string }[]) =>
  Object.fromEntries(findings.map(({ name, colour }) => [name, colour]))

test('a Node that is too old, and memory that is short', () => {
  expect(node('24.1.0').colour).toBe('green')
  expect(node('22.18.0').colour).toBe('red')
  expect(memory(500, 1000).colour).toBe('green')
  expect(memory(90, 1000).colour).toBe('yellow')
  expect(memory(20, 1000).colour).toBe('red')
})

test('Ctrl-C ends it, though who is asked is silent', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void silent.close())
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const env = {
    LOCAL_MODEL: 'm',
    LOCAL_MODEL_BASE_URL: `http://127.0.0.1:${port}/v1`,
    REDIS_URL: 'redis://127.0.0.1:1',
  }
  using terminal = openTerminal(tmpdir(), env, 'doctor')
  const [asked] = await once(silent, 'connection')
  onTestFinished(() => void asked.destroy())
  terminal.type(key('ctrl-c'))
  expect(await terminal.ended).toBe(130)
  expect(terminal.seen()).not.toContain('models.local')
})

test('a clock is as wrong as the one that is furthest from it', () => {
  const near = { who: 'Redis', aheadMs: 900 }
  expect(clock([near])).toMatchObject({ colour: 'green', finding: { en: 'as that of Redis' } })
  expect(clock([near, { who: 'api.telegram.org', aheadMs: -9_000 }])).toMatchObject({
    colour: 'yellow',
    finding: { en: '9 s ahead of api.telegram.org' },
  })
  expect(clock([{ who: 'Redis', aheadMs: 60_000 }])).toMatchObject({
    colour: 'red',
    finding: { en: '60 s behind Redis' },
  })
  expect(clock([]).colour).toBe('yellow')
})

test('who went without a word is told, unless they came again in the same place', () => {
  const one = (service: string, pid: number, silentMs: number): Seen => ({
    service,
    pid,
    silentMs,
    host: 'a',
    version: '1',
    revision: 'unknown',
  })
  const needed = ['inference', 'sender']
  const all = [one('inference', 1, 1_000), one('sender', 2, 4_000)]
  expect(coloursOf(workerChecks(all, needed))).toEqual({
    'workers.inference': 'green',
    'workers.sender': 'green',
    'workers.versions': 'green',
  })
  expect(workerChecks([...all, one('inference', 3, 90_000)], needed)).toContainEqual(
    expect.objectContaining({
      name: 'workers.vanished',
      colour: 'yellow',
      finding: expect.objectContaining({
        en: 'inference: gone without a word, the last one 1m 30s ago (a, process 3)',
      }),
    }),
  )
  const older = { ...one('inference', 1, 90_000), version: '0' }
  expect(coloursOf(workerChecks([...all, older], needed))).not.toHaveProperty('workers.vanished')
  expect(coloursOf(workerChecks([one('sender', 2, 20_000)], needed))).toMatchObject({ 'workers.sender': 'red' })
})

test('the cards of this machine, and the file of its model', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'doctor-'))
  const [smi, models] = [join(folder.path, 'nvidia-smi'), join(folder.path, 'site/models')]
  await mkdir(models, { recursive: true })
  const env = { PWD: folder.path, PATH: `${folder.path}:${process.env.PATH}`, LOCAL_MODEL_FILE: 'model.gguf' }
  async function look(script: string, file: string | undefined) {
    await writeFile(smi, `#!/bin/sh\n${script}\n`)
    await chmod(smi, 0o755)
    if (file !== undefined) await writeFile(join(models, 'model.gguf'), file, { mode: 0o644 })
    const { stdout } = await callWaystation(env, 'doctor', '--json')
    const findings: { name: string; colour: string; finding: string }[] = JSON.parse(stdout)
    return findings.filter(({ name }) => name.startsWith('host.'))
  }
  expect(coloursOf(await look('exit 9', undefined))).toEqual({ 'host.gpu': 'red', 'host.model_file': 'red' })
  expect(coloursOf(await look('exit 9', '<html>'))).toMatchObject({ 'host.model_file': 'red' })
  expect(await look('echo "A card, 570.1, 100 MiB, 8192 MiB"', `GGUF${'x'.repeat(2 ** 21)}`)).toEqual([
    { name: 'host.gpu', colour: 'green', finding: 'A card, 570.1, 100 MiB, 8192 MiB' },
    { name: 'host.model_file', colour: 'green', finding: 'site/models/model.gguf, 2.0 MiB' },
  ])
})
