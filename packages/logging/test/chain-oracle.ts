import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line as it lies in a file. */
export type OracleLine = { file: string; record: Record<string, unknown> }

/**
 * Reads a log in another way than the package does, and throws where it is not as promised: whole lines, a
 * header first in each file, places without a gap, each hash over the one before and the line without its own.
 */
export function readChain(folder: string, pattern: RegExp): OracleLine[] {
  const lines: OracleLine[] = []
  let hash = '0'.repeat(64)
  for (const file of readdirSync(folder).sort()) {
    if (!pattern.test(file)) continue
    const text = readFileSync(join(folder, file), 'utf8')
    if (text !== '' && !text.endsWith('\n')) throw new Error(`${file} ends within a line`)
    for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
      const { hash: own, ...record } = JSON.parse(line)
      const covered = JSON.stringify(record)
      const expected = createHash('sha256').update(hash).update(covered).digest('hex')
      if (`${covered.slice(0, -1)},"hash":"${expected}"}` !== line)
        throw new Error(`${file}, line ${index + 1} is not chained`)
      if (record.seq !== lines.length) throw new Error(`${file}, line ${index + 1} has seq ${record.seq}`)
      if (index === 0 && record.kind !== 'header') throw new Error(`${file} has no header`)
      if (record.kind === 'header') requireFollows(record.previous, lines.at(-1), hash)
      lines.push({ file, record })
      hash = own
    }
  }
  return lines
}

export const DECISION_FILES = /^agent_decisions_\d{8}\.jsonl$/
export const INTENT_FILES = /^intents\.jsonl$/

function requireFollows(previous: unknown, last: OracleLine | undefined, hash: string): void {
  const expected = last === undefined ? null : { file: last.file, seq: last.record.seq, hash }
  if (JSON.stringify(previous) !== JSON.stringify(expected)) {
    throw new Error(`a header goes on from ${JSON.stringify(previous)}, where ${JSON.stringify(expected)} is`)
  }
}
