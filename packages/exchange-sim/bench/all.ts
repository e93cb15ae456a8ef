import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Runs every benchmark beside it, one after the other. */
const folder = fileURLToPath(new URL('.', import.meta.url))
for (const name of readdirSync(folder).toSorted()) {
  if (name.endsWith('.bench.ts')) execFileSync(process.execPath, [`${folder}${name}`], { stdio: 'inherit' })
}
