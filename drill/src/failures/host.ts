import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { cpus, setPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Failure } from '../failure.ts'

const exec = promisify(execFile)

/** Of 16 MB, of which ext4 keeps some for itself: less than a tenth stays free. */
const NEARLY_ALL_MB = 12

export const hostFailures: Failure[] = [
  {
    what: 'every CPU is kept busy',
    tells: { HostCpuBusy: ['mail', 'sms'] },
    async cause() {
      const burners = cpus().map(burn)
      return () => {
        for (const burner of burners) burner.kill('SIGKILL')
      }
    },
  },
  {
    what: 'a disk is filled',
    tells: { HostDiskShort: ['wecom', 'sms'] },
    impossible: () => (mayMount() ? undefined : 'only root mounts a disk, and not in every container'),
    async cause() {
      await using made = new AsyncDisposableStack()
      const folder = made.use(await mkdtempDisposable(join(tmpdir(), 'drill-disk-'))).path
      const [file, disk] = [join(folder, 'file'), join(folder, 'disk')]
      await exec('sh', [
        '-c',
        `truncate -s 16M ${file} && mkfs.ext4 -q ${file} && mkdir ${disk} && mount -o loop ${file} ${disk}`,
      ])
      made.defer(async () => void (await exec('umount', [disk])))
      await exec('dd', ['if=/dev/zero', `of=${join(disk, 'full')}`, 'bs=1M', `count=${NEARLY_ALL_MB}`])
      const end = made.move()
      return () => end.disposeAsync()
    },
  },
]

/** Linux's CAP_SYS_ADMIN. */
function mayMount(): boolean {
  const [, capabilities = '0'] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return ((BigInt(`0x${capabilities}`) >> 21n) & 1n) === 1n
}

/** As the least important of all, so that the rest goes on. It ends with this process. */
function burn(): ChildProcess {
  const endless =
    "process.stdin.on('end', () => process.exit()).resume(); setInterval(() => { for (const end = Date.now() + 100; Date.now() < end;); }, 100)"
  const burner = spawn(process.execPath, ['-e', endless], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  if (burner.pid !== undefined) setPriority(burner.pid, 19)
  return burner
}
