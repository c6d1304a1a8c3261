import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

type Ended = { code: number; stdout: string; stderr: string }

const main = (service: string): string => fileURLToPath(new URL(`../services/${service}/src/main.ts`, import.meta.url))

/** A start that ends by itself. Redis has no address that could be reached: only what is wrong at once is told. */
function start(service: string, args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const told = { ...process.env, REDIS_URL: 'redis://127.0.0.1:1', ...env }
  return new Promise(resolve => {
    const child = execFile(process.execPath, [main(service), ...args], { env: told }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

test.each(['all', 'sender'])('%s explains itself, and takes no arguments', async service => {
  const help = await start(service, ['--help'])
  expect(help).toEqual({ code: 0, stdout: expect.stringContaining('README.md lists them all'), stderr: '' })
  const unknown = await start(service, ['--prot', '80'])
  expect(unknown).toEqual({ code: 2, stdout: '', stderr: `There is no --prot 80.\n\n${help.stdout}` })
})

test('what is set wrong is told in one message, each fault once, without a value, and nothing after it', async () => {
  const wrong = { TELEGRAM_BOT_TOKEN: 'canary', FEISHU_APP_ID: 'canary', WAYSTATION_CONFIG: '' }
  const { code, stderr, stdout } = await start('all', [], { ...wrong, LOG_LEVEL: 'error' })
  expect(stderr.trimEnd().split('\n')).toEqual([
    'Please correct in the environment:',
    expect.stringMatching(/^ {2}TELEGRAM_BOT_TOKEN: the token/),
    expect.stringMatching(/^ {2}FEISHU_APP_ID: the App ID/),
    '  FEISHU_APP_SECRET: is needed',
  ])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})
