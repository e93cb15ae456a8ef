import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Figure, saveEvidence } from './reliability/evidence.ts'

/*
 * Run in the root of the repository. Runs the tests of risk, exec and logging's append core with coverage, and exits 1
 * where one branch of theirs went untested or a test failed.
 */

type Counted = { total: number; covered: number; pct: number }
type Summary = { total: { branches: Counted; lines: Counted } }

/** What the append core is, the configuration of logging's tests says. */
const RUNS: readonly { name: string; folder: string; flags: readonly string[] }[] = [
  { name: 'risk', folder: 'packages/risk', flags: [] },
  { name: 'exec', folder: 'packages/exec', flags: [] },
  {
    name: 'append core',
    folder: 'packages/logging',
    flags: [
      '--coverage.reportsDirectory=coverage/branches',
      '--coverage.reporter=text',
      '--coverage.reporter=json-summary',
      '--coverage.thresholds.branches=100',
    ],
  },
]

const results = RUNS.map(({ name, folder, flags }) => {
  // A run that fails leaves no summary, and must not be told by an earlier one's.
  rmSync(join(folder, 'coverage/branches'), { recursive: true, force: true })
  const vitest = join(process.cwd(), folder, 'node_modules/vitest/vitest.mjs')
  const words = [vitest, 'run', '--coverage', '--typecheck=false', ...flags]
  const { status } = spawnSync(process.execPath, words, { cwd: folder, stdio: 'inherit' })
  return { name, passed: status === 0, summary: summaryIn(folder) }
})

const figures = results.flatMap(({ name, summary }): Figure[] => {
  if (summary === undefined) return []
  const { branches, lines } = summary.total
  return [
    { name: `${name}: branches`, value: branches.pct, unit: '%' },
    { name: `${name}: branches covered`, value: `${branches.covered} of ${branches.total}`, unit: '' },
    { name: `${name}: lines`, value: lines.pct, unit: '%' },
  ]
})
const passed = results.every((result) => result.passed && result.summary?.total.branches.pct === 100)
for (const { name, value, unit } of figures) process.stdout.write(`${name} ${value} ${unit}\n`)
const failed = results.filter((result) => !result.passed).map(({ name }) => `The run of ${name} failed.`)
if (figures.length > 0) saveEvidence('coverage', { command: 'pnpm coverage', figures, notes: failed })
process.exitCode = passed ? 0 : 1

function summaryIn(folder: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'coverage/branches/coverage-summary.json'), 'utf8')) as Summary
  } catch {
    return undefined
  }
}
