import { Worker } from 'node:worker_threads'
import { breachSchema } from '@cc/models'
import { type OracleFlags, readFlags } from './oracle/flags.ts'
import { NOTHING, type Share, type Tally, together } from './oracle/tally.ts'
import { saveEvidence } from './reliability/evidence.ts'

/*
 * Has a second, independent calculator of the risk rules judge random states beside the real one:
 * `pnpm oracle --states N [--seed S] [--workers W]`. Prints what was found as `name value` lines; exits 1 where the two
 * disagree or a code never occurred in a long run, with the first disagreements in full as lines of JSON on stderr, and
 * 2 for flags that make no sense.
 */

/** So many states bring every code many times over. */
const ENOUGH_FOR_EVERY_CODE = 100_000
/** A worker's share, small enough to show progress. */
const SHARE = 25_000

const flags = flagsOrNothing(process.argv.slice(2))
if (flags === undefined) process.exitCode = 2
else {
  const found = await compareAll(flags)
  const codes = breachSchema.options.map(({ shape }) => shape.code.value)
  const missing = found.states < ENOUGH_FOR_EVERY_CODE ? [] : codes.filter((code) => found.byCode[code] === undefined)
  for (const line of found.shown) process.stderr.write(`${line}\n`)
  for (const [kind, count] of Object.entries(found.kinds)) process.stderr.write(`${kind}: ${count}\n`)
  for (const code of missing) process.stderr.write(`No state was refused with ${code}.\n`)
  for (const name of ['states', 'allowed', 'refused', 'disagreements'] as const) print(name, found[name])
  for (const code of codes) print(code, found.byCode[code] ?? 0)
  const isWhole = found.states === flags.states
  process.exitCode = isWhole && found.disagreements === 0 && missing.length === 0 ? 0 : 1
  saveEvidence('oracle', {
    command: `pnpm oracle --states ${flags.states} --seed ${flags.seed}`,
    figures: [
      { name: 'states', value: found.states, unit: '' },
      { name: 'allowed', value: found.allowed, unit: '' },
      { name: 'refused', value: found.refused, unit: '' },
      { name: 'disagreements', value: found.disagreements, unit: '' },
      { name: 'codes that occurred', value: `${Object.keys(found.byCode).length} of ${codes.length}`, unit: '' },
    ],
  })
}

async function compareAll({ states, seed, workers }: OracleFlags): Promise<Tally> {
  let [next, found] = [0, NOTHING]
  async function work(): Promise<void> {
    while (next < states) {
      const from = next
      next = Math.min(states, from + SHARE)
      const share = await compareShare({ seed, from, until: next })
      // Only now: another worker has added its own meanwhile.
      found = together(found, share)
      process.stderr.write(`${found.states} of ${states} states, ${found.disagreements} disagreements\n`)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return found
}

function compareShare(share: Share): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('oracle/worker.ts', import.meta.url), { workerData: share })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`A worker ended with ${code} and said nothing.`)))
  })
}

function flagsOrNothing(words: readonly string[]): OracleFlags | undefined {
  try {
    return readFlags(words)
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`)
    return undefined
  }
}

function print(name: string, value: number): void {
  process.stdout.write(`${name} ${value}\n`)
}
