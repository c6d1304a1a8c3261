import { statfs } from 'node:fs/promises'
import { totalmem } from 'node:os'
import process from 'node:process'
import { alike } from '../language.ts'
import { size } from '../text.ts'
import { type Finding, green, red, yellow } from './finding.ts'

const OLDEST_NODE = 24
/** Below such a share of what there is, it is scarce; below the other one it is gone in a moment. */
const SCARCE = 0.1
const GONE = 0.03

export function node(version = process.versions.node): Finding {
  if (Number(version.split('.')[0]) >= OLDEST_NODE) return green('machine.node', alike(`Node ${version}`))
  return red('machine.node', {
    finding: alike(`Node ${version}`),
    cure: {
      en: `Waystation wants Node ${OLDEST_NODE} or later; \`npm start\` brings it along.`,
      zh: `Waystation 需要 Node ${OLDEST_NODE} 或更新版本；\`npm start\` 会自带。`,
    },
  })
}

/** Of the container, where that has less than the machine. */
export function memory(free = process.availableMemory(), all = memoryOfAll()): Finding {
  const finding = { en: `${size(free)} of ${size(all)} are free`, zh: `${size(all)} 中有 ${size(free)} 可用` }
  if (free > SCARCE * all) return green('machine.memory', finding)
  const cure = {
    en: 'A larger SERVER_SIZE, fewer processes, or a model on another machine.',
    zh: '用更大的 SERVER_SIZE、更少的进程，或把模型放到另一台机器。',
  }
  return (free > GONE * all ? yellow : red)('machine.memory', { finding, cure })
}

function memoryOfAll(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}

type Look = (folder: string) => Promise<{ bavail: number; blocks: number; bsize: number }>

/** Of the file system that `folder` is in: in a container, that of Docker's own data, and most likely of Redis'. */
export async function disk(folder: string, look: Look = statfs): Promise<Finding> {
  const { bavail, blocks, bsize } = await look(folder)
  const [free, all] = [bavail * bsize, blocks * bsize]
  const finding = { en: `${size(free)} of ${size(all)} are free`, zh: `${size(all)} 中有 ${size(free)} 可用` }
  if (free > SCARCE * all) return green('machine.disk', finding)
  const cure = {
    en: 'Make room: `docker image prune`, old backups, logs. On a full disk Redis takes no message any more.',
    zh: '腾出空间：`docker image prune`、旧备份、日志。磁盘满了，Redis 就不再接收消息。',
  }
  return (free > GONE * all ? yellow : red)('machine.disk', { finding, cure })
}
