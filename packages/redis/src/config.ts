import { type Env, isSet } from '@waystation/runtime'
import { z } from 'zod'

/** One of the servers that are named in a list. */
type Endpoint = { host: string; port: number }

const endpoints = (which: string) =>
  z
    .string()
    .transform(list => list.split(',').map(readEndpoint))
    .refine(list => list.every(endpoint => endpoint !== undefined), `${which}: host:port,host:port,host:port`)
    // Only those that could be read are left.
    .transform(list => list as Endpoint[])

const HELP = 'the address of a Redis: redis://user:password@host:6379, or rediss:// for TLS'

const fields = z.object({
  /** With Sentinels or a Cluster only its user, password, database and `rediss:` count, for all servers alike. */
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, hostname: /./, error: HELP, abort: true })
    .refine(
      url => /^\/?\d*$/.test(new URL(url).pathname),
      'behind the host stands the number of a database, or nothing',
    )
    .refine(isDecodable, 'a % in the user or the password is written %25; or set REDIS_PASSWORD')
    .optional(),
  /** For those who keep it apart from the address. */
  REDIS_PASSWORD: z.string().optional(),
  REDIS_SENTINELS: endpoints('the Sentinels that know the primary').optional(),
  /** What the Sentinels call the primary. Unset: `mymaster`. */
  REDIS_SENTINEL_NAME: z.string().optional(),
  REDIS_SENTINEL_PASSWORD: z.string().optional(),
  REDIS_CLUSTER_NODES: endpoints('some nodes of the Cluster, which know the others').optional(),
})

export type RedisConfig = z.infer<typeof fields>

/** What a schema that holds the shape of `redisConfig` checks: a Redis is named, in one way. */
export const oneRedis = [
  z.refine<RedisConfig>(at => Boolean(at.REDIS_URL ?? at.REDIS_SENTINELS ?? at.REDIS_CLUSTER_NODES), {
    path: ['REDIS_URL'],
    error: HELP,
    // Beside the faults of other variables.
    when: () => true,
  }),
  z.refine<RedisConfig>(at => !(at.REDIS_SENTINELS && at.REDIS_CLUSTER_NODES), {
    path: ['REDIS_CLUSTER_NODES'],
    error: 'a Cluster needs no Sentinels: set this or REDIS_SENTINELS',
  }),
  z.refine<RedisConfig>(at => !(at.REDIS_PASSWORD && URL.parse(at.REDIS_URL ?? '')?.password), {
    path: ['REDIS_PASSWORD'],
    error: 'REDIS_URL holds a password already: take it out of there, or unset this',
  }),
] as const

/** Whether the variables say where it is, well or not. */
export const namesRedis = (env: Env): boolean =>
  ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'].some(name => isSet(env, name))

/** Where the station's Redis is, for `readEnv`. */
export const redisConfig = fields.check(...oneRedis)

function isDecodable(url: string): boolean {
  const { username, password } = new URL(url)
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

function readEndpoint(text: string): Endpoint | undefined {
  const [, host, port] = /^\s*\[?([^\s/@]+?)\]?:(\d{1,5})\s*$/.exec(text) ?? []
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}
