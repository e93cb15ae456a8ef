import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DecisionRecord, logEntrySchema } from '@cc/models'
import { diskFailure } from './failure.js'
import { readLines } from './read-lines.js'

const NAME = /^agent_decisions_\d{8}\.jsonl$/

/** `agent_decisions_20260102.jsonl`: one file per UTC date. Names sort by time. */
export function decisionFileName(timeMs: number): string {
  return `agent_decisions_${new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`
}

/**
 * Names of the decision files of a folder, oldest first.
 *
 * @throws CcError `logging/folder-unusable`
 */
export async function listDecisionFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  } catch (cause) {
    throw diskFailure('logging/folder-unusable', folder, cause)
  }
}

/**
 * Reads the decision records of a folder in the order in which they were written, one at a time. Each is the
 * JSON of its line, validated: keys and their order are those of the text. A folder without files has none.
 *
 * @throws CcError `logging/corrupt-line` with file and line, `logging/folder-unusable`, `logging/file-unusable`
 */
export async function* readDecisions(folder: string): AsyncGenerator<DecisionRecord> {
  for (const name of await listDecisionFiles(folder)) yield* readLines(join(folder, name), logEntrySchema)
}
