import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

/**
 * What each package may import of ours: names, `any package` (the simulators of `testing` are for tests alone),
 * `what services are told` or `anything`. This is the table of ARCHITECTURE.md.
 */
const mayImport: Record<string, string[]> = {
  domain: [],
  runtime: [],
  markdown: [],
  redis: ['runtime'],
  http: ['domain'],
  mailbox: ['domain', 'redis', 'telemetry'],
  conversations: ['domain', 'redis', 'telemetry'],
  models: ['domain', 'redis', 'telemetry'],
  feishu: ['domain', 'http', 'markdown', 'redis', 'telemetry'],
  telegram: ['domain', 'http', 'markdown', 'redis', 'telemetry'],
  web: ['domain', 'redis', 'telemetry'],
  telemetry: ['domain', 'runtime'],
  gateway: ['domain', 'redis', 'http', 'runtime', 'mailbox', 'conversations', 'telemetry'],
  'a service': ['any package'],
  cli: ['any package', 'what services are told'],
  all: ['anything'],
  testing: ['anything'],
  bench: ['anything'],
  drill: ['anything'],
  waystation: ['anything'],
}
/** What the tests of any package may import besides. */
const testsMayImport = ['testing', 'redis']
/** Who reads `process.env`, besides tests and the main.ts of each service and of the command line; all others are handed what they need. */
const mayReadEnv = ['packages/runtime/', 'packages/testing/', 'services/all/', 'bench/', 'tests/']
/** Names of folders that say nothing: what has no noun has no home yet. */
const saysNothing = ['utils', 'common', 'shared', 'helpers', 'core', 'lib', 'types']

type Package = { name: string; folder: string; dependencies: string[]; devDependencies: string[] }
type Source = { file: string; text: string; owner: Package; isTest: boolean }

const root = resolve(import.meta.dirname, '..')
const shortNameOf = (specifier: string) => /^@waystation\/([^/]+)/.exec(specifier)?.[1]
const packages = [
  { ...readPackage('.'), folder: 'tests' },
  ...['bench', 'drill', ...globSync('{packages,services}/*', { cwd: root })].map(readPackage),
]
const sources = globSync('{packages,services,bench,drill,tests}/**/*.{ts,js}', {
  cwd: root,
  exclude: ['**/node_modules'],
}).map(readSource)

test('every package depends only on what the table allows', () => {
  const faults = packages.flatMap(({ name, folder, dependencies, devDependencies }) => {
    const isAllowed = allowedTo(name, folder)
    return [
      ...dependencies.filter(other => !isAllowed(other)),
      ...devDependencies.filter(other => !isAllowed(other) && !testsMayImport.includes(other)),
    ].map(other => `${name} → ${other}`)
  })
  expect(faults).toEqual([])
})

test('what a file imports of ours, its package declares', () => {
  const faults = sources.flatMap(({ file, text, owner, isTest }) => {
    const declared = [...owner.dependencies, ...(isTest ? owner.devDependencies : [])]
    return importsOf(text)
      .map(shortNameOf)
      .filter(name => name !== undefined && !declared.includes(name))
      .map(name => `${file} → ${name}`)
  })
  expect(faults).toEqual([])
})

test('of a service, the command line knows only what it is told, and the ways that alerts go', () => {
  const services = packages.filter(({ folder }) => folder.startsWith('services/')).map(({ name }) => name)
  const faults = sources
    .filter(({ owner }) => owner.name === 'cli')
    .flatMap(({ file, text }) => importsOf(text).map(specifier => ({ file, specifier })))
    .filter(({ specifier }) => services.includes(shortNameOf(specifier) ?? ''))
    .filter(({ specifier }) => !/^@waystation\/[^/]+\/(config|settings|relays)$/.test(specifier))
  expect(faults).toEqual([])
})

test('no file reaches into another package by a path', () => {
  const faults = sources.flatMap(({ file, text, owner }) =>
    importsOf(text)
      .filter(specifier => specifier.startsWith('.'))
      .filter(specifier => relative(owner.folder, join(dirname(file), specifier)).startsWith('..'))
      .map(specifier => `${file} → ${specifier}`),
  )
  expect(faults).toEqual([])
})

test('no package depends on itself in a circle, its tests included', () => {
  const circleFrom = (path: string[]): string[] => {
    const last = packages.find(({ name }) => name === path.at(-1))
    const next = last ? [...last.dependencies, ...last.devDependencies] : []
    const back = next.find(name => path.includes(name))
    return back ? [...path, back] : (next.map(name => circleFrom([...path, name])).find(circle => circle.length) ?? [])
  }
  expect(packages.map(({ name }) => circleFrom([name]).join(' → ')).filter(Boolean)).toEqual([])
})

test('only the edges of the process read its environment', () => {
  const faults = sources
    .filter(({ file, isTest }) => !isTest && !/^(services\/[^/]+|packages\/cli)\/src\/main\.ts$/.test(file))
    .filter(({ file, text }) => text.includes('process.env') && !mayReadEnv.some(folder => file.startsWith(folder)))
  expect(faults.map(({ file }) => file)).toEqual([])
})

test('every folder has a name that says something', () => {
  const folders = new Set(sources.flatMap(({ file }) => dirname(file).split('/')))
  expect([...folders].filter(folder => saysNothing.includes(folder))).toEqual([])
})

function readPackage(folder: string): Package {
  // What npm and pnpm have read before us.
  const {
    name,
    dependencies = {},
    devDependencies = {},
  } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string
    dependencies?: object
    devDependencies?: object
  }
  const ours = (declared: object) =>
    Object.keys(declared)
      .map(shortNameOf)
      .filter(name => name !== undefined)
  return {
    name: shortNameOf(name) ?? name,
    folder,
    dependencies: ours(dependencies),
    devDependencies: ours(devDependencies),
  }
}

function readSource(file: string): Source {
  const owner = packages.find(({ folder }) => file.startsWith(`${folder}/`))
  if (!owner) throw new Error(`${file} is in no package`)
  const isTest = file.endsWith('.test.ts') || file.startsWith('tests/')
  return { file, text: readFileSync(join(root, file), 'utf8'), owner, isTest }
}

function allowedTo(name: string, folder: string): (other: string) => boolean {
  const allowed = mayImport[name] ?? (folder.startsWith('services/') ? mayImport['a service'] : undefined)
  if (!allowed) throw new Error(`${name} is not in the table of what may import what`)
  const isIn = (where: string) => (other: string) =>
    packages.some(it => it.name === other && it.folder.startsWith(where))
  const [isPackage, isService] = [isIn('packages/'), isIn('services/')]
  return other =>
    allowed.includes(other) ||
    allowed.includes('anything') ||
    (allowed.includes('what services are told') && isService(other)) ||
    (allowed.includes('any package') && isPackage(other) && other !== 'testing')
}

/** The specifiers of `import … from`, `export … from`, `import '…'` and `import('…')`. */
function importsOf(text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g)].map(([, specifier = '']) => specifier)
}
