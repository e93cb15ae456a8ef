import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { DecisionRecord } from '@cc/models'
import { CHAIN_START, chainLine, type Link } from '../src/chained-line.ts'
import { cycleRecord } from './cycle-record.ts'

/** Lines of one day's file. */
const linesOfDay = 5_000
const recordBytes = 4_000
const dayMs = 86_400_000

/** Writes a decision log of about so many bytes into a folder, in files of about 20 MB, with records of about 4 kB. */
export function generateLog(folder: string, bytes: number): { lines: number; lineBytes: number } {
  let link: Link = CHAIN_START
  let previous: { file: string; seq: number; hash: string } | null = null
  let written = 0
  let lines = 0
  for (let day = 0; written < bytes; day += 1) {
    const startedMs = Date.UTC(2026, 0, 2) + day * dayMs
    const name = `agent_decisions_${new Date(startedMs).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`
    const file = openSync(join(folder, name), 'wx', 0o600)
    const put = (record: object) => {
      const next = chainLine(JSON.stringify(record), link)
      written += writeSync(file, next.line)
      lines += 1
      link = next.link
    }
    put({
      kind: 'header',
      schemaVersion: 2,
      log: 'decisions',
      runId: '0123456789abcdef',
      codeVersion: '0.0.0',
      configuration: {},
      previous,
    })
    for (let i = 0; i < linesOfDay && written < bytes; i += 1) put(record(lines))
    closeSync(file)
    previous = { file: name, ...link }
  }
  return { lines, lineBytes: written / lines }
}

/**
 * With ids as long as the exchange's. Texts of ten letters and fewer `JSON.parse` keeps in one place until the next full
 * garbage collection: where each record has several that no other has, memory of every reader grows meanwhile.
 */
function record(cycle: number): DecisionRecord {
  const given = cycleRecord(cycle, recordBytes)
  return { ...given, ledger: given.ledger.map((row) => ({ ...row, id: `BTC-${row.id.padStart(12, '0')}` })) }
}
