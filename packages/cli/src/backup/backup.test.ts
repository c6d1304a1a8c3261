import { cp, mkdtempDisposable, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { callWaystation, startModel, startProcess, startTelegram } from '@waystation/testing'
import { expect, onTestFinished, test } from 'vitest'

const SCRIPTS = fileURLToPath(new URL('../../../../deploy/backup', import.meta.url))

async function checkout(): Promise<string> {
  const folder = await mkdtempDisposable(join(tmpdir(), 'backup-'))
  onTestFinished(() => folder.remove())
  await cp(SCRIPTS, join(folder.path, 'deploy/backup'), { recursive: true })
  return folder.path
}

test('what waited in a station of npm start is answered once, after all of it was lost', {
  timeout: 180_000,
}, async () => {
  const folder = await checkout()
  await using model = await startModel()
  await using telegram = await startTelegram()
  const env = [
    `LOCAL_MODEL_BASE_URL=${model.baseUrl}`,
    `LOCAL_MODEL=${model.model}`,
    `TELEGRAM_BOT_TOKEN=${telegram.token}`,
    `TELEGRAM_API_ROOT=${telegram.apiRoot}`,
  ]
  await writeFile(join(folder, '.env'), env.join('\n'), { mode: 0o600 })
  await writeFile(join(folder, 'waystation.yaml'), 'persona: A courier\n')
  const start = () => startProcess({ service: 'all', env: {}, port: 0, folder, onOutput() {} })
  const ask = async (...words: string[]) => {
    const { code, stdout } = await callWaystation({ PWD: folder }, ...words, '--json')
    return { code, ...JSON.parse(stdout) }
  }
  const mend = model.fault({ kind: 'status', status: 503 }, { forMs: 600_000 })
  const first = await start()
  onTestFinished(() => void first.kill())
  const chat = telegram.privateChat()
  chat.say('what waits?')
  await expect.poll(() => telegram.unfinished().updates, { timeout: 30_000 }).toBe(0)

  const kept = await ask('backup')
  expect(kept).toEqual({
    code: 0,
    path: expect.stringContaining(join(folder, 'backups/waystation-')),
    bytes: (await stat(kept.path)).size,
    holds: ['redis.rdb', '.env', 'waystation.yaml'],
  })
  const running = await ask('restore', kept.path)
  expect(running).toEqual({ code: 1, failed: expect.stringContaining('The station runs.') })

  await first.kill('SIGTERM')
  const asleep = await ask('backup', '--to', 'elsewhere')
  expect(asleep).toMatchObject({ code: 0, holds: kept.holds })
  expect(await readdir(join(folder, 'elsewhere'))).toHaveLength(2)
  const held = await ask('restore', kept.path)
  expect(held).toEqual({ code: 1, failed: expect.stringContaining('Redis holds data already') })

  for (const lost of ['.data', '.env', 'waystation.yaml']) await rm(join(folder, lost), { recursive: true })
  const { notes, ...back } = await ask('restore', kept.path)
  expect(back).toMatchObject({ code: 0, bytes: kept.bytes, messages: 1, replies: 0 })
  expect(notes.toSorted()).toEqual(['.env is back.', 'waystation.yaml is back.'])
  mend()
  const second = await start()
  onTestFinished(() => void second.kill())
  await expect.poll(() => telegram.texts(chat), { timeout: 60_000 }).toEqual(['re: what waits?'])
  await second.kill('SIGTERM')
  expect(telegram.texts(chat)).toEqual(['re: what waits?'])
  expect(await ask('restore', kept.path, '--replace')).toMatchObject({
    code: 0,
    notes: [expect.stringMatching(/\.data\/redis\/replaced-/)],
    messages: 1,
  })
})

test('to keep none is wrong use, as is what is no number', async () => {
  const PWD = await checkout()
  for (const keep of ['0', '-1', '1.5', 'all'])
    expect(await callWaystation({ PWD }, 'backup', `--keep=${keep}`)).toEqual({
      code: 2,
      stdout: '',
      stderr: '--keep is a whole number above 0.\n',
    })
})

test('where it is somebody else’s work, it says whose', async () => {
  const folder = await checkout()
  const ask = (env: Record<string, string>, ...words: string[]) => callWaystation({ PWD: folder, ...env }, ...words)
  expect(await ask({}, 'backup')).toMatchObject({
    code: 1,
    stdout: 'There is nothing to copy: no station was ever started in this folder.\n',
  })
  expect(await ask({ REDIS_URL: 'redis://elsewhere' }, 'backup')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('deploy/backup/backup.sh --redis HOST:PORT'),
  })
  await writeFile(join(folder, 'damaged.tar.gz'), '')
  expect(await ask({}, 'restore', 'damaged.tar.gz')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('its checksum differs or is missing'),
  })
  expect(await ask({}, 'restore', 'nothing.tar.gz')).toMatchObject({
    code: 2,
    stderr: 'There is no nothing.tar.gz.\n',
  })
  await rm(join(folder, 'deploy'), { recursive: true })
  for (const words of [['backup'], ['restore', 'damaged.tar.gz']])
    expect(await ask({}, ...words)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('in a container there is none'),
    })
})
