import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Service } from 'kubernetes-models/v1/Service'
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount'

/** The kinds that our manifests have. */
const kinds = [
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  ScaledObject,
  Service,
  ServiceAccount,
]

/** What an object of Kubernetes has that is wrong in itself: unknown kinds and fields, wrong types, missing fields. */
export function schemaFaults(object: unknown): string[] {
  const kind = kinds.find(({ is }) => is(object))
  if (!kind) return ['its kind and apiVersion are none that is known here']
  const { watched, unseen } = watch(object)
  const faults: string[] = []
  try {
    kind.prototype.validate.call(watched)
  } catch (error) {
    if (!(error instanceof Error) || !('errors' in error)) throw error
    faults.push(...error.message.split(', ').map(fault => fault.replace(/^data\//, '')))
  }
  return [...faults, ...unseen().map(field => `${field} is no field that Kubernetes knows`)]
}

/**
 * The schemas allow any further field, as Kubernetes' own do. But they look at each field that they know, and at all
 * entries of a map: what was looked at by none is misspelt.
 */
function watch(object: unknown): { watched: unknown; unseen(): string[] } {
  const fields = new Set<string>()

  function watchAt(path: string, value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const inside = new Map(
      Object.entries(value).map(([name, inner]) => {
        const field = path === '' ? name : `${path}/${name}`
        fields.add(field)
        return [name, { field, inner: watchAt(field, inner) }]
      }),
    )
    return new Proxy(value, {
      get(target, name) {
        const found = typeof name === 'string' ? inside.get(name) : undefined
        if (!found) return Reflect.get(target, name)
        fields.delete(found.field)
        return found.inner
      },
    })
  }

  // Of a field that nobody saw, what it holds need not be told.
  const unseen = () => [...fields].filter(field => !fields.has(field.slice(0, field.lastIndexOf('/'))))
  return { watched: watchAt('', object), unseen }
}
