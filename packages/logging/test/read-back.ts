import type { EntryOf } from '../src/decode-line.js'
import { readLog } from '../src/read.js'
import { chainedLog, dayFile, writeFiles } from './chained-log.js'
import { tempFolder } from './temp-folder.js'

/** The records of a decision log, as they are read from it: without headers. */
export async function readBack(...records: readonly object[]): Promise<readonly EntryOf['decisions'][]> {
  const folder = tempFolder()
  writeFiles(folder, chainedLog('decisions', { [dayFile(2)]: records }))
  const entries: EntryOf['decisions'][] = []
  for await (const { entry } of readLog(folder, 'decisions')) if (entry.kind !== 'header') entries.push(entry)
  return entries
}

/** The one decision of a log, as it is read from it. */
export async function decisionBack(record: object) {
  const [entry] = await readBack(record)
  if (entry?.kind !== 'decision') throw new Error('the log holds no decision')
  return entry
}
