import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')
/** In tenths of what `systemd-analyze security` prints: 1.4 when this was written, 9.6 for a unit that says nothing. */
const MOST_EXPOSED = 15
/** Debian 12 has 252. Before 250 nothing could be asked of files alone. */
const OLDEST = 250

/** Why units cannot be checked here; `undefined` where they can. */
export function whyNot(): string | undefined {
  const { status, stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  if (status !== 0) return 'there is no systemd-analyze'
  return Number(/\d+/.exec(stdout)?.[0]) < OLDEST ? `systemd is older than ${OLDEST}` : undefined
}

/** All that is wrong with the units of a folder, a line each. */
export function faultsOf(folder: string): string[] {
  const files = globSync('*.service', { cwd: folder })
  const units = files.map(file => file.replace('@', '@3000'))
  if (units.length === 0) return [`there is no unit in ${folder}`]
  return [
    // Of an installation there is nothing here.
    ...analyze(folder, ['verify', '--man=no', 'waystation.target', ...units]).filter(
      line => !/\/opt\/waystation\/\S+ is not executable: No such file or directory$/.test(line),
    ),
    // nginx must be allowed more than our own.
    ...units
      .filter(unit => unit.includes('@'))
      .flatMap(unit => {
        const faults = analyze(folder, ['security', '--no-pager', '--offline=yes', `--threshold=${MOST_EXPOSED}`, unit])
        return faults.slice(-1).map(fault => fault.replace(/^\W+/, ''))
      }),
    ...files.flatMap(file =>
      programsOf(readFileSync(join(folder, file), 'utf8'))
        .filter(program => !existsSync(join(ROOT, program)))
        .map(program => `${file}: there is no ${program} to run`),
    ),
  ]
}

/** What a unit runs of this repository. */
function programsOf(unit: string): string[] {
  const found = [...unit.matchAll(/^Exec\w+=(?:\S+\/node )?(?:\/opt\/waystation\/)?(\S+)$/gm)]
  return found.length > 0 ? found.map(([, program = '']) => program) : ['program']
}

/** What it complains of; nothing where it is content. */
function analyze(folder: string, args: string[]): string[] {
  // The colon keeps the system's own units findable.
  const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:`, SYSTEMD_COLORS: '0' }
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { env, encoding: 'utf8' })
  return status === 0 ? [] : `${stdout}${stderr}`.split('\n').filter(line => line !== '')
}
