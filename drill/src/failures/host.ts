import { type ChildProcess, execFile, spawn } from 'node:child_process'
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
    impossible: () => (process.getuid?.() === 0 ? undefined : 'only root mounts a disk'),
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

/** As the least important of all, so that the rest goes on. It ends with this process. */
function burn(): ChildProcess {
  const endless =
    "process.stdin.on('end', () => process.exit()).resume(); setInterval(() => { for (const end = Date.now() + 100; Date.now() < end;); }, 100)"
  const burner = spawn(process.execPath, ['-e', endless], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  if (burner.pid !== undefined) setPriority(burner.pid, 19)
  return burner
}
