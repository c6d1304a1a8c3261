import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const script = join(import.meta.dirname, 'fluent-bit/lines.lua')
/** The Lua that is in Fluent Bit. */
const hasLua = spawnSync('luajit', ['-v']).error === undefined
if (!hasLua) process.stderr.write('SKIPPED: the lines on their way, for want of luajit\n')

type Call = 'for_elasticsearch' | 'for_loki'
type DockerLine = { log?: string; attrs?: Record<string, string> }

const ours = { 'com.docker.compose.service': 'inference', tag: 'waystation-inference-1' }
const event = '{"log.level":"warn","ecs.version":"9.2.0","event.action":"turn.put_off","event.duration":5000000}'

describe.runIf(hasLua)('of what Docker keeps', () => {
  test('each way has a function that there is', () => {
    for (const file of ['to-elasticsearch.yaml', 'to-loki.yaml']) {
      const { filters } = parse(readFileSync(join(import.meta.dirname, 'fluent-bit', file), 'utf8')).pipeline
      expect(send(filters[0].call, { log: 'x\n', attrs: ours })).not.toBe('dropped')
    }
  })

  test('an event is parsed by what comes next, and has its own service', () => {
    expect(send('for_elasticsearch', { log: `${event}\n`, attrs: ours })).toEqual({
      'container.name': 'waystation-inference-1',
      line: event,
    })
  })

  test('all else is a message of its service, and JSON too whose fields may have any type', () => {
    for (const message of ['1:M 26 Nov 2026 * Ready to accept connections tcp', '{"level":"info","error":{}}', 'é "\\'])
      expect(send('for_elasticsearch', { log: `${message}\r\n`, attrs: ours })).toEqual({
        'container.name': 'waystation-inference-1',
        'service.name': 'inference',
        message,
      })
  })

  test('Loki gets the line as it is, with two labels', () => {
    expect(send('for_loki', { log: `${event}\n`, attrs: ours })).toEqual({
      service: 'inference',
      level: 'warn',
      line: event,
    })
    expect(send('for_loki', { log: 'Ready\n', attrs: ours })).toEqual({
      service: 'inference',
      level: 'unknown',
      line: 'Ready',
    })
  })

  test('what others write, and what is empty, is not sent', () => {
    for (const call of ['for_elasticsearch', 'for_loki'] as const)
      for (const line of [{ log: `${event}\n` }, { log: 'x\n', attrs: { tag: 'x' } }, { log: '\n', attrs: ours }, {}])
        expect(send(call, line)).toBe('dropped')
  })
})

/** What Fluent Bit sends on of one line of a json-file. */
function send(call: Call, { log, attrs }: DockerLine): Record<string, string> | 'dropped' {
  const program = `${readFileSync(script, 'utf8')}
    local code, time, sent = ${call}('docker', 1.5, ${table({ log, attrs: attrs && { toLua: table(attrs) } })})
    assert(time == 1.5)
    if code == -1 then print('dropped') return end
    assert(code == 2)
    for key, value in pairs(sent) do io.write(key, '\\0', value, '\\0') end`
  const printed = execFileSync('luajit', ['-'], { input: program, encoding: 'utf8' })
  if (printed === 'dropped\n') return printed.trim() as 'dropped'
  const words = printed.split('\0').slice(0, -1)
  return Object.fromEntries(words.flatMap((key, at) => (at % 2 === 0 ? [[key, words[at + 1] ?? '']] : [])))
}

function table(fields: Record<string, string | { toLua: string } | undefined>): string {
  const written = Object.entries(fields).flatMap(([key, value]) =>
    value === undefined ? [] : [`[${quote(key)}] = ${typeof value === 'string' ? quote(value) : value.toLua}`],
  )
  return `{ ${written.join(', ')} }`
}

/** Byte by byte, for Lua knows other escapes than JSON. */
const quote = (text: string) => `"${[...Buffer.from(text)].map(byte => `\\${String(byte).padStart(3, '0')}`).join('')}"`
