import { faultsOf } from './faults.ts'
import { overlays, readProject, render, whyNot } from './overlays.ts'

function faultsIn(overlay: string): string[] {
  try {
    return faultsOf(render(overlay), readProject()).map(fault => `${overlay}: ${fault}`)
  } catch (error) {
    return [`${overlay}: ${error instanceof Error ? error.message : error}`]
  }
}

const reason = whyNot()
const faults = reason === undefined ? overlays.flatMap(faultsIn) : []
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else if (reason !== undefined) console.log(`SKIPPED: the Kubernetes manifests, for ${reason}`)
else console.log(`Kubernetes manifests: ${overlays.join(', ')} are well`)
