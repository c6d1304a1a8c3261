import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'
import { pagePaths } from '../../services/gateway-web/src/page.ts'
import type { Project } from './faults.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export const overlays = ['scaled-by-cpu', 'scaled-by-age', 'example']

/** What the manifests have to agree with, as this repository says it. */
export function readProject(): Project {
  return {
    variables: new Set(readFileSync(here('../../README.md'), 'utf8').match(/(?<=`)[A-Z]+(_[A-Z]+)+(?=`)/g)),
    secrets: new Set(readFileSync(here('example/secrets.env.example'), 'utf8').match(/^[A-Z_]+(?==)/gm)),
    paths: [...pagePaths, '/api/messages', '/api/events'],
    hasFile: path => existsSync(here(`../../${path}`)),
  }
}

/** Why nothing can be rendered here; `undefined` where it can. */
export function whyNot(): string | undefined {
  const { status, stdout } = spawnSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8' })
  if (status !== 0) return 'there is no kubectl'
  const kustomize = Number(/"kustomizeVersion": "v(\d+)/.exec(stdout)?.[1] ?? 0)
  return kustomize < 5 ? 'this kubectl is older than 1.27' : undefined
}

/** The objects of an overlay, as `kubectl apply --kustomize` would send them. */
export function render(overlay: string): unknown[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', here(overlay)], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr.trim())
  return parseAllDocuments(stdout).map(document => document.toJS())
}
