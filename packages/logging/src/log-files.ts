import { CcError } from '@cc/models'
import type { Disk } from './disk.js'
import { diskFailure } from './disk-failure.js'
import type { LogName } from './file-records.js'

export const INTENTS_FILE = 'intents.jsonl'

/**
 * `agent_decisions_20260102.jsonl`: one file per UTC date. Names sort by time.
 *
 * @throws CcError `logging/invalid-record` for a time before the year 0 or after 9999: no reader would find the file
 */
export function decisionFileName(timeMs: number): string {
  if (!(timeMs >= YEAR_0_MS && timeMs < YEAR_10000_MS)) {
    throw new CcError(`A record was not written: ${timeMs} ms is no date of the years 0 to 9999.`, {
      code: 'logging/invalid-record',
      recovery: 'halt',
      facts: { timeMs: String(timeMs) },
    })
  }
  return `agent_decisions_${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`
}

/**
 * Names of the files of one log of a folder, oldest first.
 *
 * @throws CcError `logging/folder-unusable`
 */
export function listLogFiles(folder: string, log: LogName, disk: Disk): readonly string[] {
  try {
    return disk
      .list(folder)
      .filter((name) => (log === 'intents' ? name === INTENTS_FILE : DECISION_FILE.test(name)))
      .sort()
  } catch (cause) {
    throw diskFailure('logging/folder-unusable', folder, cause)
  }
}

/** Which log a file belongs to, by its name. */
export function logOf(file: string): LogName {
  return file === INTENTS_FILE ? 'intents' : 'decisions'
}

const YEAR_0_MS = Date.parse('0000-01-01')
const YEAR_10000_MS = Date.parse('9999-12-31') + 86_400_000
const DECISION_FILE = /^agent_decisions_\d{8}\.jsonl$/
