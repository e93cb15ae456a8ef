import { parseArgs } from 'node:util'
import { BUGS } from './planted/bugs.ts'
import { type Catch, catchBug } from './planted/catch-bug.ts'
import { type Control, startControl } from './planted/control.ts'
import type { PlantedBug } from './planted/planted-bug.ts'
import { saveEvidence } from './reliability/evidence.ts'

/**
 * `pnpm simulate --planted [--only NAME]… [--workers W]`: plants one bug after the other in a copy of the sources, and
 * tells what catches it. Whatever catches one is asked of the sources as they are, too, which must pass it: the control.
 * The exit code: 0 where all are caught and the control complains of nothing; 1 otherwise, also where a bug does not fit the
 * sources any more; 2 for usage.
 */
export async function plantBugs(args: readonly string[]): Promise<number> {
  const wanted = readFlags(args)
  if (typeof wanted === 'string') {
    process.stderr.write(`${wanted}\nusage: pnpm simulate --planted [--only NAME]... [--workers W]\n`)
    return 2
  }
  const { bugs, workers } = wanted
  const control = await startControl()
  try {
    const catches = await catchAll(bugs, workers, control)
    const caught = catches.filter((each) => each.caught)
    for (const complaint of control.complaints) print(`CONTROL ${complaint}`)
    print(`control ${control.asked}`)
    print(`control-complaints ${control.complaints.length}`)
    print(`planted ${bugs.length}`)
    print(`caught ${caught.length}`)
    if (bugs.length === BUGS.length) keep(catches, control)
    return caught.length === bugs.length && control.complaints.length === 0 ? 0 : 1
  } finally {
    await control.close()
  }
}

async function catchAll(bugs: readonly PlantedBug[], workers: number, control: Control): Promise<readonly Catch[]> {
  const left = [...bugs]
  const catches: Catch[] = []
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
        const found = await catchBug(bug, control)
        print(lineOf(found))
        catches.push(found)
      }
    }),
  )
  return catches
}

function lineOf(found: Catch): string {
  if (!found.caught) return `${found.bug.name} NOT CAUGHT ${found.problem}`
  const { bug, by, complaint, after, isNamed } = found
  const stale = isNamed ? '' : ', none of them named'
  return `${bug.name} caught ${by} ${complaint} (after ${after}${stale})`
}

function keep(catches: readonly Catch[], control: Control): void {
  const by = (kind: PlantedBug['caughtBy']['by']) =>
    catches.filter(({ bug, caught }) => caught && bug.caughtBy.by === kind).length
  const missed = catches.filter(({ caught }) => !caught).map(({ bug }) => bug.name)
  saveEvidence('planted', {
    command: 'pnpm simulate --planted',
    figures: [
      { name: 'planted', value: catches.length, unit: 'bugs' },
      { name: 'caught', value: catches.length - missed.length, unit: 'bugs' },
      { name: 'by seeds of the simulation', value: by('seeds'), unit: 'bugs' },
      { name: 'by the second risk calculator', value: by('states'), unit: 'bugs' },
      { name: 'by named checks', value: by('check') + by('halt-file'), unit: 'bugs' },
      { name: 'asked of the sources as they are', value: control.asked, unit: '' },
      { name: 'wrong with the sources as they are', value: control.complaints.length, unit: '' },
    ],
    notes: missed.map((name) => `${name} was not caught.`),
  })
}

/** What was asked for, or what is wrong with it. */
function readFlags(args: readonly string[]): { bugs: readonly PlantedBug[]; workers: number } | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        planted: { type: 'boolean' },
        only: { type: 'string', multiple: true },
        workers: { type: 'string', default: '2' },
      },
    })
    const workers = Number(values.workers)
    if (!/^[1-9]\d?$/.test(values.workers))
      return `--workers must be a whole number from 1 to 99, got ${values.workers}`
    const { only } = values
    const unknown = only?.find((name) => !BUGS.some((bug) => bug.name === name))
    if (unknown !== undefined) return `there is no bug ${unknown}: ${BUGS.map(({ name }) => name).join(', ')}`
    return { bugs: only === undefined ? BUGS : BUGS.filter(({ name }) => only.includes(name)), workers }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
