import { writeSync } from 'node:fs'
import type { CcError } from '@cc/models'
import { openRecord } from '../src/open-record.js'
import { ownRun } from './own-run.js'
import { failedCycle, intent } from './records.js'

/*
 * Writes records into a folder, from a first cycle on, and says `<cycle>` on stdout for each that was acknowledged in
 * both logs. Ends, with the error's code, when a record is refused, or after a last cycle.
 *
 *   node writer-process.ts <folder> <first cycle> <last cycle>
 */

const [folder = '', first, last] = process.argv.slice(2)
const say = (line: string | number) => writeSync(1, `${line}\n`)

try {
  const record = await openRecord({ folder, ...ownRun })
  for (let cycle = Number(first); cycle <= Number(last); cycle += 1) {
    const startedMs = Date.UTC(2026, 0, 1) + cycle * 60_000
    await record.intents.append(intent(`label-${cycle}`))
    // Every other line is long: a kill within one leaves a torn tail.
    await record.decisions.record({
      ...failedCycle(startedMs, cycle),
      policy: 'x'.repeat(cycle % 2 === 0 ? 900_000 : 2_000),
    })
    say(cycle)
  }
  await record.close()
} catch (error) {
  say((error as CcError).code)
}
