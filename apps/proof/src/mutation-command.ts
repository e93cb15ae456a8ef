import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { saveEvidence } from './reliability/evidence.ts'
import { type MutationReport, readMutationReport } from './reliability/mutation-report.ts'

/*
 * Run in the root of the repository: `pnpm mutation [risk|exec]`, both without a name. Has Stryker put
 * faults into the source of each package and run its tests on every one. Exits 1 where too many live, or Stryker fails,
 * and 2 for another name.
 */

const PACKAGES = ['risk', 'exec'] as const
type Mutated = (typeof PACKAGES)[number]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(PACKAGES as readonly string[]).includes(name))
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')} to mutate: ${PACKAGES.join(', ')}.\n`)
  process.exitCode = 2
} else {
  const results = PACKAGES.filter((name) => wanted.length === 0 || wanted.includes(name)).map(mutate)
  process.exitCode = results.every((passed) => passed) ? 0 : 1
}

/** Whether enough faults were noticed. */
function mutate(name: Mutated): boolean {
  const folder = `packages/${name}`
  const report = join(folder, 'coverage/mutation.json')
  // A run that breaks off must not be told by the report of an earlier one.
  rmSync(report, { force: true })
  const stryker = join(process.cwd(), folder, 'node_modules/@stryker-mutator/core/bin/stryker.js')
  const { status } = spawnSync(process.execPath, [stryker, 'run', 'stryker.config.json'], {
    cwd: folder,
    stdio: 'inherit',
  })
  rmSync(`.tmp-stryker-${name}`, { recursive: true, force: true })
  const found = readReport(report)
  if (found === undefined) return false

  const { figures, survivors, score } = readMutationReport(found, folder)
  saveEvidence(`mutation-${name}`, { command: `pnpm mutation ${name}`, figures, survivors })
  process.stdout.write(`${name} score ${score.toFixed(2)} %, ${survivors.length} survivors\n`)
  return status === 0
}

function readReport(path: string): MutationReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MutationReport
  } catch {
    process.stderr.write(`Stryker left no report at ${path}.\n`)
    return undefined
  }
}
