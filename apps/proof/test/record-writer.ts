import { writeSync } from 'node:fs'
import { openRecord } from '@cc/logging'
import { recordsOf } from './killed-record.ts'

/*
 * Writes records until it is killed, or through with its cycles. Says `open` on stdout before it opens the record, then the number of each cycle
 * that was acknowledged in both logs, or what went wrong.
 *
 *   node record-writer.ts <folder> synced|unsynced <first cycle> [<cycles>]
 */

const [folder = '', sync, first, cycles = 'Infinity'] = process.argv.slice(2)
const say = (line: string | number) => writeSync(1, `${line}\n`)

try {
  say('open')
  const identity = { runId: '0123456789abcdef', codeVersion: '0.0.0', configuration: { venue: 'sim' } }
  const record = await openRecord({ folder, synced: sync === 'synced', ...identity })
  for (let cycle = Number(first); cycle < Number(first) + Number(cycles); cycle += 1) {
    const { intent, decision } = recordsOf(cycle)
    await record.intents.append(intent)
    await record.decisions.record(decision)
    say(cycle)
  }
  await record.close()
} catch (error) {
  say(String(error))
}
