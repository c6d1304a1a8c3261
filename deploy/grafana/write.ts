import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { files } from './files.ts'

// `npm run dashboards`: what Grafana reads is written anew.

const FOLDER = join(import.meta.dirname, 'dashboards')

for (const name of readdirSync(FOLDER)) rmSync(join(FOLDER, name))
for (const [name, text] of files()) writeFileSync(join(FOLDER, name), text)
