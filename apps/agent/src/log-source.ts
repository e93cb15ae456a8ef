import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { type EntryOf, type LogLine, listDecisionFiles, readLog } from '@cc/logging'
import { usageError } from './failure.js'
import type { Io } from './io.js'

/** A log of decisions: the folder that it lies in, and of its files those that were asked for. */
export type LogSource = { folder: string; files: readonly string[] }

/**
 * Finds the log that a person named: a folder, or one file of it.
 *
 * @throws CcError `agent/usage` where there is none
 */
export async function findLog(named: string, io: Pick<Io, 'folder'>): Promise<LogSource> {
  const path = resolve(io.folder, named)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) throw usageError(`${named} is no folder and no file.`)
  const folder = stats.isDirectory() ? path : dirname(path)
  const files = (await listDecisionFiles(folder)).filter((name) => stats.isDirectory() || name === basename(path))
  if (files.length > 0) return { folder, files }
  const what = stats.isDirectory() ? 'holds no decisions: there is no' : 'is no file of a log: its name is not'
  throw usageError(`${named} ${what} agent_decisions_YYYYMMDD.jsonl.`)
}

/**
 * Reads the lines of a log, one at a time. Of one file those before it are read too: they prove it. Headers come from
 * all of these, as the settings in force may stand in an earlier one.
 *
 * @throws CcError as `readLog`
 */
export async function* linesOf({ folder, files }: LogSource): AsyncGenerator<LogLine<EntryOf['decisions']>> {
  const last = files.at(-1) ?? ''
  for await (const line of readLog(folder, 'decisions')) {
    if (line.file > last) return
    if (files.includes(line.file) || line.entry.kind === 'header') yield line
  }
}
