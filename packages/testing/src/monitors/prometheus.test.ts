import { startTestRedis } from '@waystation/redis'
import { expect, test, vi } from 'vitest'
import { startNodeExporter, startRedisExporter } from './exporters.ts'
import { hasPrograms } from './program.ts'
import { startPrometheus } from './prometheus.ts'

const isHere = hasPrograms('Prometheus', 'prometheus', 'prometheus-node-exporter', 'prometheus-redis-exporter')
const WAIT = { timeout: 30_000, interval: 100 }

test.skipIf(!isHere)('Prometheus asks whom it is told of, and sees who dies and who leaves', async () => {
  await using redis = await startTestRedis()
  await using redisExporter = await startRedisExporter(redis.url)
  await using nodeExporter = await startNodeExporter()
  await using prometheus = await startPrometheus({
    interval: '1s',
    targets: { 'redis-exporter': [redisExporter.address], 'node-exporter': [nodeExporter.address] },
  })
  const up = (job: string) => prometheus.query(`up{job="${job}"}`)
  const value = async (expr: string) => (await prometheus.query(expr))[0]?.value

  await vi.waitFor(async () => expect(await value('redis_up')).toBe(1), WAIT)
  await vi.waitFor(
    async () => expect(await value('count(node_cpu_seconds_total{mode="idle"})')).toBeGreaterThan(0),
    WAIT,
  )
  await vi.waitFor(async () => expect(await up('prometheus')).toMatchObject([{ value: 1 }]), WAIT)

  await redis.kill()
  await vi.waitFor(async () => expect(await value('redis_up')).toBe(0), WAIT)
  await redisExporter.kill()
  await vi.waitFor(async () => expect(await value('up{job="redis"}')).toBe(0), WAIT)
  await prometheus.setTargets('redis-exporter', [])
  await vi.waitFor(async () => expect(await up('redis')).toEqual([]), WAIT)

  await prometheus.setTargets('sender', [nodeExporter.address])
  await vi.waitFor(async () => expect(await value('up{job="waystation", service="sender"}')).toBe(1), WAIT)
})

test.skipIf(!isHere)('Prometheus says what it does not understand', async () => {
  await using prometheus = await startPrometheus()
  await expect(prometheus.query('sum(')).rejects.toThrow('parse error')
  expect(await prometheus.query('1 + 1')).toEqual([{ labels: {}, value: 2 }])
})
