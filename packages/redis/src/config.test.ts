import { readEnv } from '@waystation/runtime'
import { expect, test } from 'vitest'
import { redisConfig } from './index.ts'

test.for(['redis://localhost:6379', 'redis://:secret@127.0.0.1:6379/0', 'rediss://user:secret@redis.example:6380'])(
  '%s is an address of a Redis',
  url => {
    expect(readEnv(redisConfig, { REDIS_URL: url })).toEqual({ REDIS_URL: url })
  },
)

test.for([undefined, '', 'localhost:6379', 'redis:', 'http://:secret@localhost'])(
  '%s is not, and is answered by what to write instead',
  url => {
    const message = 'REDIS_URL: the address of a Redis: redis://user:password@host:6379, or rediss:// for TLS'
    expect(() => readEnv(redisConfig, { REDIS_URL: url })).toThrow(message)
  },
)
