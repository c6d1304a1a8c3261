import { beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { faultsOf } from './faults.ts'
import { overlays, readProject, render, whyNot } from './overlays.ts'

const project = readProject()
const reason = whyNot()
if (reason !== undefined) console.warn(`SKIPPED: the Kubernetes manifests, for ${reason}`)

describe.skipIf(reason !== undefined)('the manifests', () => {
  const textOf = (overlay: string) =>
    render(overlay)
      .map(object => stringify(object))
      .join('---\n')
  let example: string
  beforeAll(() => {
    example = textOf('example')
  })

  test.each(overlays)('of %s are well', overlay => {
    expect(faultsOf(render(overlay), project)).toEqual([])
  })

  test.each([
    // In themselves.
    ['a field that there is not', 'terminationGracePeriodSeconds', 'terminationGraceSeconds', 'is no field'],
    ['a field that there is not, deep inside', 'sleep:', 'slep:', 'preStop/slep is no field'],
    ['a wrong type', 'minReplicas: 2', 'minReplicas: two', 'spec/minReplicas must be integer'],
    ['a wrong quantity', 'memory: 512Mi', 'memory: much', 'resources/limits/memory must match format "quantity"'],
    ['a wrong choice', 'pathType: Exact', 'pathTypo: Exact', 'must have required property pathType'],
    ['a missing field', 'maxReplicas: 10', '', 'must have required property maxReplicas'],
    ['a kind of an older version', 'apiVersion: policy/v1', 'apiVersion: policy/v1beta1', 'none that is known here'],
    // Together.
    ['too little time to stop', 'PeriodSeconds: 35', 'PeriodSeconds: 32', 'killed after 32 s, and may need 33 s'],
    ['a probe of a port that there is not', 'port: http\n', 'port: https\n', 'is not probed in all three ways'],
    ['a root that can be written', 'readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: false', 'not as confined'],
    ['replicas beside a scaler', 'minReadySeconds: 5', 'replicas: 3', 'has replicas'],
    ['whatever version is the latest', /image: .*/, 'image: waystation:latest', 'no certain version'],
    ['no version', /image: .*/, 'image: registry.example.com:5000/waystation', 'no certain version'],
    ['a secret that there is not', 'key: REDIS_URL', 'key: REDIS', 'REDIS is in no example of the secret'],
    [
      'a token that there is not',
      'key: ALERTS_TOKEN',
      'key: ALERT_TOKEN',
      'ALERT_TOKEN is in no example of the secret',
    ],
    ['a variable that there is not', 'name: REDIS_URL', 'name: REDIS_ADDRESS', 'no variable REDIS_ADDRESS'],
    ['a setting that there is not', '  LOG_LEVEL: info', '  LOG_LEVELS: info', 'no variable LOG_LEVELS'],
    [
      'settings that there are not',
      /name: waystation-settings-.*/,
      'name: mine',
      'there is no ConfigMap waystation-set',
    ],
    ['nothing to run', 'services/sender/src/main.ts', 'services/sander/src/main.ts', 'there is nothing to run'],
    ['a wrong label on pods', /component: sender\n(?= +app.kubernetes.io\/name: waystation\n +spec)/, '', 'no pods'],
    ['a scaler of nothing', 'kind: Deployment\n    name: sender', 'kind: Deployment\n    name: x', 'scales x, which'],
    ['an Ingress to nowhere', /(?<=service:\n +name: )gateway-web/, 'web', 'leads nowhere'],
    ['a door to metrics', 'path: /icon.svg', 'path: /metrics', 'lets in what is for operators alone'],
    ['a door to all', 'pathType: Exact', 'pathType: Prefix', 'lets in what is for operators alone'],
    ['a shut door', 'path: /icon.svg', 'path: /icon.png', '/icon.svg is shut'],
  ])('%s is told', (_, wrong, instead, fault) => {
    const bad = example.replace(wrong, instead)
    expect(bad).not.toBe(example)
    expect(faultsOf(parse(bad), project).join('\n')).toContain(fault)
  })

  test('a field of KEDA that there is not is told', () => {
    const bad = textOf('scaled-by-age').replace('maxReplicaCount', 'maxReplicas')
    expect(faultsOf(parse(bad), project)).toEqual([
      'ScaledObject inference: spec/maxReplicas is no field that Kubernetes knows',
    ])
  })

  test('two scalers of one Deployment are told', () => {
    const both = [...render('scaled-by-cpu'), ...render('scaled-by-age').filter(isScaledObject)]
    expect(faultsOf(both, project)).toEqual(['Deployment inference: has 2 scalers'])
  })
})

const parse = (text: string): unknown[] => parseAllDocuments(text).map(document => document.toJS())

const isScaledObject = (object: unknown) => (object as { kind: string }).kind === 'ScaledObject'
