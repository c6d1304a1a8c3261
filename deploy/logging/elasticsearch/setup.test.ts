import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { commandLines } from '../../../tests/command-lines.ts'
import { typeOf } from '../../../tests/index-template.ts'

const at = (file: string) => join(import.meta.dirname, file)
const hasCurl = spawnSync('curl', ['--version']).error === undefined
if (!hasCurl) process.stderr.write('SKIPPED: what Elasticsearch and Kibana are told, for want of curl\n')

type Asked = { path: string; user: string; body: string }

test('the template, the saved search and Fluent Bit mean the same lines, and fields that there are', async () => {
  const template = JSON.parse(await readFile(at('index-template.json'), 'utf8'))
  const { pipeline } = parse(await readFile(at('../fluent-bit/to-elasticsearch.yaml'), 'utf8'))
  const [dataView, search] = (await readFile(at('saved-search.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(template.index_patterns).toEqual([pipeline.outputs[0].index])
  expect(dataView.attributes.title).toBe(pipeline.outputs[0].index)
  expect(search.references).toEqual([expect.objectContaining({ id: dataView.id, type: dataView.type })])
  const source = JSON.parse(search.attributes.kibanaSavedObjectMeta.searchSourceJSON)
  expect(source.indexRefName).toBe(search.references[0].name)
  const fields = [dataView.attributes.timeFieldName, ...search.attributes.columns, search.attributes.sort[0][0]]
  fields.push(source.query.query.split(' ')[0])
  expect(fields.filter(field => typeOf(field) === undefined)).toEqual([])
})

describe.runIf(hasCurl)('setup.sh', () => {
  test.each(['a0f3', 'it\'s "quoted" \\ and $odd'])(
    'tells both of them, and shows the password %s to nobody',
    async password => {
      const shown: string[] = []
      await using server = await startServer(() => {
        shown.push(...commandLines().map(([, words]) => words))
        return '{"success":true}'
      })
      const { code, printed } = await server.setUp({ ELASTIC_PASSWORD: password })
      expect(code, printed).toBe(0)
      expect(server.asked.map(({ path }) => path)).toEqual([
        'PUT /_index_template/waystation-logs',
        'POST /_security/user/kibana_system/_password',
        'POST /api/saved_objects/_import?overwrite=true',
      ])
      expect(server.asked.map(({ user }) => user)).toEqual(Array(3).fill(`elastic:${password}`))
      const [template, login, search] = server.asked.map(({ body }) => body)
      expect(JSON.parse(template ?? '')).toHaveProperty('data_stream')
      expect(JSON.parse(login ?? '')).toEqual({ password })
      expect(search).toContain('Everything about one trace id')
      expect(shown.filter(words => words.includes(password))).toEqual([])
      expect(printed).not.toContain(password)
    },
  )

  test('fails where Elasticsearch refuses, and without a password asks nobody', async () => {
    await using server = await startServer(() => undefined)
    const refused = await server.setUp({ ELASTIC_PASSWORD: 'wrong' })
    expect(refused).toMatchObject({ code: 22, printed: expect.stringContaining('401') })
    expect(server.asked).toHaveLength(1)
    const unset = await server.setUp({})
    expect(unset).toEqual({ code: 1, printed: 'ELASTIC_PASSWORD is missing in .env: openssl rand -hex 32\n' })
    expect(server.asked).toHaveLength(1)
  })
})

/** In the place of both, which answers 401 where there is no `answer`. */
async function startServer(answer: () => string | undefined) {
  const asked: Asked[] = []
  const home = await mkdtempDisposable(join(tmpdir(), 'setup-'))
  const server = createServer(async (incoming, response) => {
    const { method, url, headers } = incoming
    const user = Buffer.from(headers.authorization?.split(' ')[1] ?? '', 'base64').toString()
    asked.push({ path: `${method} ${url}`, user, body: await text(incoming) })
    const said = answer()
    response.writeHead(said === undefined ? 401 : 200).end(said)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const names = ['elasticsearch:9200', 'kibana:5601'].map(name => `connect-to = ${name}:127.0.0.1:${port}\n`)
  await writeFile(join(home.path, '.curlrc'), names.join(''))
  return {
    asked,
    setUp: (env: Record<string, string>) =>
      finish(spawn(at('setup.sh'), { env: { PATH: process.env.PATH, HOME: home.path, ...env } })),
    async [Symbol.asyncDispose]() {
      server.close()
      await home[Symbol.asyncDispose]()
    },
  }
}

async function finish(child: ChildProcess): Promise<{ code: number; printed: string }> {
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (more: string) => {
      printed += more
    })
  const [code] = await once(child, 'close')
  return { code, printed }
}
