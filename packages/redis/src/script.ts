import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Redis } from './client.ts'

/** Runs a Lua script: `keys` are its `KEYS`, `args` its `ARGV`. What it returns is for the caller to parse. */
export type Script = (keys: string[], args: (string | number)[]) => Promise<unknown>

/**
 * A `.lua` file, ready to run on `redis`: `script(redis, new URL('./post.lua', import.meta.url))`; several make one script,
 * the functions of the first for those behind it.
 *
 * ioredis sends the whole text once per connection and its SHA-1 from then on, so a restarted or emptied Redis is
 * taught the script again without a round trip of its own, and calls keep their order.
 */
export function script(redis: Redis, ...files: URL[]): Script {
  const lua = files.map(file => readFileSync(file, 'utf8')).join('')
  // Named after its text: files of different folders share names, and a name must never hide a command of Redis.
  const name = `script:${createHash('sha1').update(lua).digest('hex')}`
  redis.defineCommand(name, { lua })
  // `defineCommand` has just put the method there; its type cannot know.
  const run = Reflect.get(redis, name) as (...args: (string | number)[]) => Promise<unknown>
  return (keys, args) => run.call(redis, keys.length, ...keys, ...args)
}
