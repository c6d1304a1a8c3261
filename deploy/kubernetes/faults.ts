import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import { Deployment, type IDeployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { schemaFaults } from './schema.ts'

/** What the rest of the project says, that manifests have to agree with. */
export type Project = {
  /** The variables that the README explains. */
  variables: Set<string>
  /** The keys of the example of `waystation-secrets`. */
  secrets: Set<string>
  /** What people and platforms may ask for. */
  paths: string[]
  hasFile(path: string): boolean
}

/** packages/runtime: 25 s to finish what was taken, and 3 s to hand back the rest. */
const STOP_SECONDS = 28
const FOR_OPERATORS = ['/metrics', '/healthz', '/readyz']

type Labels = Record<string, string>
type Selector = { matchLabels?: Labels; matchExpressions?: { key: string; operator: string; values?: string[] }[] }

/** All that is wrong with the objects of one overlay, a line each, which begins with the object's kind and name. */
export function faultsOf(objects: unknown[], project: Project): string[] {
  const misshapen = objects.flatMap(object => schemaFaults(object).map(fault => `${nameOf(object)}: ${fault}`))
  // The rest reads them as what the schemas have found them to be.
  if (misshapen.length > 0) return misshapen
  return [
    ...objects
      .filter(Deployment.is)
      .flatMap(deployment => [
        ...podFaults(deployment),
        ...settingFaults(deployment, objects, project),
        ...commandFaults(deployment, project),
      ]),
    ...selectorFaults(objects),
    ...scalerFaults(objects),
    ...doorFaults(objects, project),
  ]
}

/** How a pod runs and how it ends. */
function podFaults(deployment: IDeployment): string[] {
  const tell = teller(deployment)
  const pod = deployment.spec?.template.spec
  const [container] = pod?.containers ?? []
  if (!pod || !container) return tell('has no container')
  const grace = pod.terminationGracePeriodSeconds ?? 30
  const needed = (container.lifecycle?.preStop?.sleep?.seconds ?? 0) + STOP_SECONDS
  const ports = new Set(container.ports?.map(port => port.name))
  const probes = [container.startupProbe, container.livenessProbe, container.readinessProbe]
  const { readOnlyRootFilesystem, allowPrivilegeEscalation, capabilities } = container.securityContext ?? {}
  const isConfined =
    pod.securityContext?.runAsNonRoot &&
    pod.securityContext.seccompProfile?.type === 'RuntimeDefault' &&
    readOnlyRootFilesystem &&
    allowPrivilegeEscalation === false &&
    capabilities?.drop?.includes('ALL')
  return [
    ...(grace < needed ? tell(`is killed after ${grace} s, and may need ${needed} s to stop`) : []),
    ...(probes.every(probe => ports.has(String(probe?.httpGet?.port))) ? [] : tell('is not probed in all three ways')),
    ...(isConfined ? [] : tell('is not as confined as the "restricted" standard and a read-only root want it')),
    ...(deployment.spec?.replicas === undefined ? [] : tell('has replicas, which its scaler is to decide')),
    ...(/:(?!latest$)[\w.-]+$|@sha256:/.test(container.image ?? '')
      ? []
      : tell(`runs ${container.image}, no certain version`)),
  ]
}

/** Variables that the README knows, from secrets and ConfigMaps that there are. */
function settingFaults(deployment: IDeployment, objects: unknown[], { variables, secrets }: Project): string[] {
  const tell = teller(deployment)
  const pod = deployment.spec?.template.spec
  const [container] = pod?.containers ?? []
  const maps = new Map(objects.filter(ConfigMap.is).map(map => [map.metadata?.name, Object.keys(map.data ?? {})]))
  const keys = container?.env?.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef ?? []) ?? []
  const wanted = [
    ...(pod?.volumes?.flatMap(({ configMap }) => configMap ?? []) ?? []),
    ...(container?.envFrom?.flatMap(({ configMapRef }) => configMapRef ?? []) ?? []),
  ]
  const names = [
    ...(container?.env?.map(({ name }) => name) ?? []),
    ...(container?.envFrom?.flatMap(({ configMapRef }) => maps.get(configMapRef?.name) ?? []) ?? []),
  ]
  return [
    ...keys.filter(({ key }) => !secrets.has(key)).flatMap(({ key }) => tell(`${key} is in no example of the secret`)),
    ...wanted
      .filter(({ name, optional }) => !optional && !maps.has(name))
      .flatMap(({ name }) => tell(`there is no ConfigMap ${name}`)),
    ...names.filter(name => !variables.has(name)).flatMap(name => tell(`the README knows no variable ${name}`)),
  ]
}

function commandFaults(deployment: IDeployment, { hasFile }: Project): string[] {
  const tell = teller(deployment)
  const [program, main] = deployment.spec?.template.spec?.containers[0]?.command ?? []
  return program === 'node' && main !== undefined && hasFile(main) ? [] : tell(`there is nothing to run: ${main}`)
}

/** Whatever selects pods selects some. */
function selectorFaults(objects: unknown[]): string[] {
  const pods = objects.filter(Deployment.is).map(({ spec }) => spec?.template.metadata?.labels ?? {})
  const isLost = (selector: Selector = {}) => !pods.some(labels => selects(selector, labels))
  const lost = [
    ...objects.filter(Service.is).filter(({ spec }) => isLost({ matchLabels: spec?.selector ?? {} })),
    ...objects.filter(NetworkPolicy.is).filter(({ spec }) => isLost(spec?.podSelector)),
    ...objects.filter(PodDisruptionBudget.is).filter(({ spec }) => isLost(spec?.selector)),
    ...objects.filter(Deployment.is).filter(({ spec }) => isLost(spec?.selector)),
  ]
  return lost.flatMap(object => teller(object)('selects no pods'))
}

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    // We use no other operator; one would select nothing, and be told.
    matchExpressions.every(({ key, operator, values }) => operator === 'In' && values?.includes(labels[key] ?? ''))
  )
}

/** Each Deployment has one scaler: two would pull it to and fro. */
function scalerFaults(objects: unknown[]): string[] {
  const scalers = [...objects.filter(HorizontalPodAutoscaler.is), ...objects.filter(ScaledObject.is)]
  const deployments = objects.filter(Deployment.is)
  const scaled = (name: string | undefined) => scalers.filter(({ spec }) => spec?.scaleTargetRef.name === name)
  return [
    ...scalers
      .filter(({ spec }) => !deployments.some(({ metadata }) => metadata?.name === spec?.scaleTargetRef.name))
      .flatMap(scaler => teller(scaler)(`scales ${scaler.spec?.scaleTargetRef.name}, which there is not`)),
    ...deployments
      .map(deployment => ({ deployment, count: scaled(deployment.metadata?.name).length }))
      .filter(({ count }) => count !== 1)
      .flatMap(({ deployment, count }) => teller(deployment)(`has ${count} scalers`)),
  ]
}

/** What the Ingress lets in goes to where somebody listens, and is all that is meant for outside and nothing else. */
function doorFaults(objects: unknown[], { paths }: Project): string[] {
  const services = new Map(objects.filter(Service.is).map(service => [service.metadata?.name, service]))
  return objects.filter(Ingress.is).flatMap(ingress => {
    const tell = teller(ingress)
    const admitted = ingress.spec?.rules?.flatMap(({ http }) => http?.paths ?? []) ?? []
    const open = new Set(admitted.map(({ path }) => path))
    const lost = admitted.filter(({ backend: { service } }) => {
      const ports = services.get(service?.name)?.spec?.ports ?? []
      return !ports.some(({ name, port }) => name === service?.port?.name || port === service?.port?.number)
    })
    const wide = admitted.filter(({ pathType, path }) => pathType !== 'Exact' || FOR_OPERATORS.includes(path ?? ''))
    return [
      ...lost.flatMap(({ path }) => tell(`${path} leads nowhere`)),
      ...wide.flatMap(({ path, pathType }) => tell(`${pathType} ${path} lets in what is for operators alone`)),
      ...paths.filter(path => !open.has(path)).flatMap(path => tell(`${path} is shut`)),
    ]
  })
}

const teller = (object: unknown) => (fault: string) => [`${nameOf(object)}: ${fault}`]

function nameOf(object: unknown): string {
  // Whatever it is, this reads it.
  const { kind, metadata } = (object ?? {}) as { kind?: unknown; metadata?: { name?: unknown } }
  return `${kind} ${metadata?.name}`
}
