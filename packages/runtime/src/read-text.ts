import { closeSync, openSync, readSync } from 'node:fs'

/** Far more than any of them has. A device without an end, or a log that was named by mistake, would fill the memory. */
const MOST_BYTES = 4 * 1024 * 1024
const AT_ONCE_BYTES = 64 * 1024

/** The text of a file of variables, settings or one secret; 0 is stdin. Throws as the system does, `EFBIG` beyond 4 MiB. */
export function readText(path: string | 0): string {
  // By its number: another user's pipe cannot be opened anew.
  const file = path === 0 ? 0 : openSync(path, 'r')
  try {
    const read: Buffer[] = []
    for (let bytes = 0; bytes <= MOST_BYTES; bytes += read.at(-1)?.length ?? 0) {
      const chunk = Buffer.alloc(AT_ONCE_BYTES)
      const length = readSync(file, chunk)
      if (length === 0) return Buffer.concat(read).toString()
      read.push(chunk.subarray(0, length))
    }
    throw Object.assign(new Error('too large'), { code: 'EFBIG' })
  } finally {
    if (file !== 0) closeSync(file)
  }
}
