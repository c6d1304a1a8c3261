import { addAbortSignal } from 'node:stream'
import { Misused, type Terminal } from '../command.ts'
import type { Say } from '../language.ts'

/** Some thirty messages of Telegram; what is longer is a file. */
const MAX_BYTES = 128 * 1024

/** What is to be said. Throws `Misused`. */
export async function textToSend(written: string | undefined, { say, signal }: Terminal): Promise<string> {
  if (written === undefined && process.stdin.isTTY) throw new Misused(say(NOTHING))
  const bytes = written === undefined || written === '-' ? await readAll(signal) : Buffer.from(written)
  if (bytes.length > MAX_BYTES) throw new Misused(say(TOO_LONG))
  const text = decode(bytes, say).trimEnd()
  if (text.trim() === '') throw new Misused(say(EMPTY))
  return text
}

/** No more than shows that it is too much. */
async function readAll(signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of addAbortSignal(signal, process.stdin)) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > MAX_BYTES) break
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer, say: Say): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text
  } catch {}
  throw new Misused(say(NO_TEXT))
}

const NOTHING = { en: 'Say what to send, or pipe it in.', zh: '请写明要发送的内容，或通过管道传入。' }
const EMPTY = { en: 'There is nothing to send.', zh: '没有要发送的内容。' }
const NO_TEXT = { en: 'That is no text in UTF-8.', zh: '内容不是 UTF-8 文本。' }
const TOO_LONG = {
  en: `That is more than ${MAX_BYTES / 1024} KiB, too much to say in a chat.`,
  zh: `超过 ${MAX_BYTES / 1024} KiB，不适合发到聊天里。`,
}
