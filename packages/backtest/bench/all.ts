import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Every benchmark of this folder, one after the other. */
const folder = fileURLToPath(new URL('.', import.meta.url))
const benches = readdirSync(folder).filter((name) => name.endsWith('.bench.ts'))
for (const name of benches.toSorted()) execFileSync(process.execPath, [`${folder}${name}`], { stdio: 'inherit' })
