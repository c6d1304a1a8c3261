import { faultsOf, whyNot } from './units.ts'

const reason = whyNot()
const faults = reason === undefined ? faultsOf(import.meta.dirname) : []
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
else if (reason !== undefined) console.log(`SKIPPED: the systemd units, for ${reason}`)
else console.log('systemd units: are well')
