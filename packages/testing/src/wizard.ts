import { rmSync, writeFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { key, type TerminalSession } from './terminal.ts'

/** A folder to set a station up in, with `files` by their names; it is gone after the test. */
export async function wizardFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  // Not above: programs that are no tests read this package, too.
  const { onTestFinished } = await import('vitest')
  const folder = await mkdtemp(join(tmpdir(), 'onboard-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

/** Until the wizard asks for a model's address. Where this machine has a model of its own, another one is chosen. */
export async function untilAddress(
  terminal: TerminalSession,
  { address, found } = { address: 'Address of its', found: 'Found on this machine' },
): Promise<void> {
  if ((await terminal.when(new RegExp(`${address}|${found}`))) === address) return
  terminal.type(key('up'), key('enter'))
  await terminal.when(address)
}
