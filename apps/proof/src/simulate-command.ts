import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { plantBugs } from './planted-command.ts'
import { saveEvidence } from './reliability/evidence.ts'
import { runBatch } from './simulation/batch.ts'
import { BUNDLE_FOLDER, bundleSimulation } from './simulation/bundle.ts'
import { figuresOf, missingLines, reportLines, tallyLines, violationLine } from './simulation/report.ts'
import { wholeNumber } from './whole-number.ts'

/*
 * pnpm simulate [--seeds N] [--seed S] [--workers W] [--counts]
 *
 * Lives through N seeds from S on and tells what came of them; with --seed alone, through that one, with all that happens
 * in it. 0: no violation; 1: some, or too little happened; 2: usage. With --planted it is told whether planted bugs are
 * caught: see planted-command.ts.
 */

type Flags = { first: number; count: number | undefined; workers: number; counts: boolean }

const args = process.argv.slice(2)
const flags = args.includes('--planted') ? undefined : readFlags(args)
if (flags === undefined) {
  process.exitCode = await plantBugs(args)
} else if (typeof flags === 'string') {
  process.stderr.write(`${flags}\nusage: pnpm simulate [--seeds N] [--seed S] [--workers W] [--counts]\n`)
  process.exitCode = 2
} else {
  const bundle = join(BUNDLE_FOLDER, `simulation-${process.pid}.mjs`)
  try {
    await bundleSimulation(bundle)
    process.exitCode = flags.count === undefined ? await replay(bundle, flags.first) : await simulate(bundle, flags)
  } finally {
    await rm(bundle, { force: true })
  }
}

async function replay(bundle: string, seed: number): Promise<number> {
  const { liveThrough } = (await import(bundle)) as typeof import('./simulation/worker.ts')
  const result = await liveThrough(seed, (timeMs, event) => print(`${new Date(timeMs).toISOString()} ${event}`))
  const { cycles, orders, tally, violations, digest } = result
  const failures = violations.length === 0 ? [] : [{ seed, violations }]
  const lines = reportLines({ seeds: 1, cycles, orders, tally, fewestCycles: cycles, failures })
  for (const line of [...lines, ...violations.map(violationLine), `digest ${digest}`]) print(line)
  return violations.length === 0 ? 0 : 1
}

async function simulate(bundle: string, { first, count = 1, workers, counts }: Flags): Promise<number> {
  const told = Math.max(1, Math.floor(count / 20))
  const result = await runBatch(bundle, { first, count, workers }, (done, failed) => {
    if (done % told === 0) process.stderr.write(`${done} of ${count} seeds, ${failed} failing\n`)
  })
  const missing = missingLines(result)
  for (const line of [...reportLines(result), ...missing, ...(counts ? tallyLines(result.tally) : [])]) print(line)
  saveEvidence('simulate', {
    command: `pnpm simulate --seeds ${count} --seed ${first}`,
    figures: figuresOf(result),
    notes: [...result.failures.map(({ seed }) => `Seed ${seed} fails.`), ...missing],
  })
  return result.failures.length + missing.length === 0 ? 0 : 1
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
        seeds: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string', default: '2' },
        counts: { type: 'boolean', default: false },
      },
    })
    const first = wholeNumber('--seed', values.seed ?? '1', 0)
    const isReplay = values.seed !== undefined && values.seeds === undefined
    const count = isReplay ? undefined : wholeNumber('--seeds', values.seeds ?? '1000', 1)
    return { first, count, workers: wholeNumber('--workers', values.workers, 1), counts: values.counts }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
