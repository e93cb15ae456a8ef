import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { bundleCrashPoints } from './crash-points/bundle.ts'
import { explore } from './crash-points/explore.ts'
import { missingLines, reportLines } from './crash-points/report.ts'
import { SCRIPTS, scriptOf } from './crash-points/script.ts'
import { parsePoint } from './crash-points/strike.ts'
import { saveEvidence } from './reliability/evidence.ts'
import { BUNDLE_FOLDER } from './simulation/bundle.ts'
import { violationLine } from './simulation/report.ts'
import { wholeNumber } from './whole-number.ts'

/*
 * pnpm crash-points [--scenario NAME] [--pairs N] [--seed S] [--workers W]
 * pnpm crash-points --point SCENARIO:NUMBER:HOW[:NUMBER:HOW]
 *
 * Has the process die before, in and after every call of every port, and every call fail once in every way, and tells what
 * came of it; with --point, lives through that one, with all that happens in it. 0: no violation; 1: some; 2: usage.
 */

const USAGE =
  'usage: pnpm crash-points [--scenario NAME] [--pairs N] [--seed S] [--workers W] [--point SCENARIO:NUMBER:HOW]'

type Flags = { point?: string; scenario?: string; pairs: number; seed: number; workers: number }

const flags = readFlags(process.argv.slice(2))
if (typeof flags === 'string') {
  process.stderr.write(`${flags}\n${USAGE}\n`)
  process.exitCode = 2
} else {
  const bundle = join(BUNDLE_FOLDER, `crash-points-${process.pid}.mjs`)
  try {
    await bundleCrashPoints(bundle)
    process.exitCode = flags.point === undefined ? await exploreAll(bundle, flags) : await replay(bundle, flags.point)
  } finally {
    await rm(bundle, { force: true })
  }
}

async function exploreAll(bundle: string, { scenario, ...plan }: Flags): Promise<number> {
  const scripts = scenario === undefined ? SCRIPTS : [scriptOf(scenario)]
  const found = await explore(bundle, { scripts, ...plan }, (what, done, all) => {
    if (done % 500 === 0) process.stderr.write(`${done} of ${all} ${what}\n`)
  })
  const missing = scenario === undefined ? missingLines(found) : []
  for (const line of [`scenarios ${scripts.length}`, ...reportLines(found), ...missing]) print(line)
  if (scenario === undefined) {
    const { points, failures, pairs, possiblePairs, findings } = found
    saveEvidence('crash-points', {
      command: `pnpm crash-points --pairs ${plan.pairs} --seed ${plan.seed}`,
      figures: [
        { name: 'scenarios', value: scripts.length, unit: '' },
        { name: 'points at which the process dies', value: points, unit: '' },
        { name: 'calls that fail', value: failures, unit: '' },
        { name: 'pairs of deaths', value: `${pairs} of ${possiblePairs}`, unit: '' },
        { name: 'violations', value: findings.length, unit: '' },
      ],
    })
  }
  return found.findings.length + missing.length === 0 ? 0 : 1
}

async function replay(bundle: string, name: string): Promise<number> {
  const { calmRunOf, runScript } = (await import(
    pathToFileURL(bundle).href
  )) as typeof import('./crash-points/worker.ts')
  const { script: scriptName, strikes } = parsePoint(name, (wanted) => scriptOf(wanted).struckLife)
  const script = scriptOf(scriptName)
  const { given } = await calmRunOf(script)
  const { violations, digest } = await runScript(script, [...given, ...strikes], (timeMs, event) =>
    print(`${new Date(timeMs).toISOString()} ${event}`),
  )
  for (const line of [...violations.map(violationLine), `violations ${violations.length}`, `digest ${digest}`])
    print(line)
  return violations.length === 0 ? 0 : 1
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** What was asked for, or what is wrong with it. */
function readFlags(args: readonly string[]): Flags | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        point: { type: 'string' },
        scenario: { type: 'string' },
        pairs: { type: 'string', default: '2000' },
        seed: { type: 'string', default: '1' },
        workers: { type: 'string', default: '2' },
      },
    })
    const { point, scenario } = values
    if (point !== undefined) parsePoint(point, (wanted) => scriptOf(wanted).struckLife)
    if (scenario !== undefined) scriptOf(scenario)
    return {
      ...(point !== undefined && { point }),
      ...(scenario !== undefined && { scenario }),
      pairs: wholeNumber('--pairs', values.pairs, 0),
      seed: wholeNumber('--seed', values.seed, 0),
      workers: wholeNumber('--workers', values.workers, 1),
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
