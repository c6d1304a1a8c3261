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

test.for(['REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'])('%s names servers, without a REDIS_URL', variable => {
  expect(readEnv(redisConfig, { [variable]: 'one:26379, 10.0.0.2:26380,[fd00::3]:26381' })).toEqual({
    [variable]: [
      { host: 'one', port: 26_379 },
      { host: '10.0.0.2', port: 26_380 },
      { host: 'fd00::3', port: 26_381 },
    ],
  })
  for (const list of ['one', 'one:', 'one:26379,', 'redis://one:26379', ':secret@one:26379', 'one:99999'])
    expect(() => readEnv(redisConfig, { [variable]: list })).toThrow(`${variable}: `)
})

test('what is no number of a database is answered by what stands there', () => {
  const read = (path: string) => readEnv(redisConfig, { REDIS_URL: `redis://localhost:6379${path}` })
  for (const path of ['', '/', '/0', '/15']) expect(read(path)).toBeDefined()
  for (const path of ['/x', '/-1', '/0/1', '//'])
    expect(() => read(path)).toThrow('REDIS_URL: behind the host stands the number of a database, or nothing')
})

test('a % that stands for itself is answered by how to write it, without the password', () => {
  const url = 'redis://:50%off@localhost'
  expect(() => readEnv(redisConfig, { REDIS_URL: url })).toThrow(/^(?!.*off).*REDIS_URL: a % in .* is written %25/s)
  expect(readEnv(redisConfig, { REDIS_URL: url.replace('%', '%25') })).toBeDefined()
})

test('a password stands in one place', () => {
  expect(readEnv(redisConfig, { REDIS_URL: 'redis://a', REDIS_PASSWORD: 'p' })).toMatchObject({ REDIS_PASSWORD: 'p' })
  const both = () => readEnv(redisConfig, { REDIS_URL: 'redis://:secret@a', REDIS_PASSWORD: 'secret' })
  expect(both).toThrow('REDIS_PASSWORD: REDIS_URL holds a password already')
  expect(() => readEnv(redisConfig, { REDIS_URL: 'nonsense', REDIS_PASSWORD: 'p' })).toThrow('REDIS_URL: the address')
})

test('Sentinels and a Cluster exclude each other', () => {
  expect(() => readEnv(redisConfig, { REDIS_SENTINELS: 'a:1', REDIS_CLUSTER_NODES: 'b:2' })).toThrow(
    'REDIS_CLUSTER_NODES: a Cluster needs no Sentinels',
  )
})
