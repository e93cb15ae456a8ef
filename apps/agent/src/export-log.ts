import { chmodSync, closeSync, openSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import {
  type ExportFormat,
  type ExportTable,
  ensureFolder,
  exportSql,
  findSecret,
  listDecisionFiles,
  oldestSchemaSql,
  readLog,
  refusalOf,
  type Secret,
  verifyLog,
} from '@cc/logging'
import { CcError, RECORD_SCHEMA_VERSION } from '@cc/models'
import { type Database, openDatabase } from './duckdb.js'
import { logFolderError, usageError } from './failure.js'

export type ExportRequest = {
  table: ExportTable
  format: ExportFormat
  /** Folder that it is written to; created where it is not there. */
  to: string
  /** Refuse a log that is not what was written. */
  verify: boolean
  /** What may stand in no line of the log. */
  secrets: readonly Secret[]
}

/**
 * Writes one table of a log to `<to>/<table>.<format>`, in place of an earlier one, and beside it `<table>.columns.json`:
 * what each column is called, its type, unit and meaning. A file that stands there is whole: it gets its name at the end.
 *
 * @throws CcError `agent/usage` without decisions or without DuckDB; `agent/log-folder` for a log that does not verify,
 * holds a secret, a number that is none, or a trade that was not allowed, and for what cannot be written
 */
export async function exportLog(
  folder: string,
  { table, format, to, verify, secrets }: ExportRequest,
): Promise<{ file: string; rows: number; bytes: number }> {
  const files = await listDecisionFiles(folder)
  if (files.length === 0) throw usageError(`${folder} holds no decisions: there is no agent_decisions_YYYYMMDD.jsonl.`)
  const database = await openDatabase()
  try {
    if (verify) await requireWhole(folder)
    requireNoSecret(folder, secrets)
    await ensureFolder(to)
    const target = join(to, `${table.name}.${format}`)
    const begun = `${target}.begun`
    const upgraded = `${begun}.jsonl`
    try {
      const written = files.map((file) => join(folder, file))
      const paths = (await isOlder(written, database)) ? await upgradeTo(upgraded, folder) : written
      const [copied] = await database.run(...exportSql(table, { paths, to: begun, format }))
      chmodSync(begun, 0o600)
      writeFileSync(join(to, `${table.name}.columns.json`), dictionaryOf(table), { mode: 0o600 })
      renameSync(begun, target)
      return { file: target, rows: Number(copied?.Count), bytes: statSync(target).size }
    } finally {
      for (const name of [begun, upgraded]) rmSync(name, { force: true })
    }
  } catch (error) {
    if (CcError.isInstance(error)) throw error
    throw logFolderError(`The log was not exported: ${problemOf(error)}.`, folder, error)
  } finally {
    database.close()
  }
}

async function requireWhole(folder: string): Promise<void> {
  const { logs } = await verifyLog(folder)
  for (const { firstBad, tornTail } of logs.filter(({ name }) => name === 'decisions')) {
    if (firstBad !== null) {
      const { file, lineNumber, problem } = firstBad
      throw logFolderError(`The log is not what was written: ${file}, line ${lineNumber} ${problem}.`, folder)
    }
    if (tornTail !== null) {
      throw logFolderError(`${tornTail.file} ends in an unfinished line: "ccagent logs recover" puts it aside.`, folder)
    }
  }
}

function requireNoSecret(folder: string, secrets: readonly Secret[]): void {
  const found = findSecret(folder, 'decisions', secrets)
  if (found === null) return
  const { file, lineNumber } = found
  throw logFolderError(`${file}, line ${lineNumber} holds a key that is in force here: nothing was exported.`, folder)
}

async function isOlder(paths: readonly string[], database: Database): Promise<boolean> {
  const [oldest] = await database.run(oldestSchemaSql(paths))
  return Number(oldest?.schemaVersion ?? RECORD_SCHEMA_VERSION) < RECORD_SCHEMA_VERSION
}

/** The lines as this version would have written them: DuckDB reads one schema alone. */
async function upgradeTo(path: string, folder: string): Promise<readonly string[]> {
  const file = openSync(path, 'w', 0o600)
  try {
    for await (const { entry, seq, hash } of readLog(folder, 'decisions')) {
      if (entry.kind === 'decision') writeSync(file, `${JSON.stringify({ ...entry, seq, hash })}\n`)
    }
  } finally {
    closeSync(file)
  }
  return [path]
}

/** What the columns of a table say, for whoever reads the file without this program. */
function dictionaryOf({ name, row, columns }: ExportTable): string {
  const described = columns.map(({ name, type, unit, meaning }) => ({ name, type, unit, meaning }))
  return `${JSON.stringify({ table: name, row, columns: described }, null, 2)}\n`
}

function problemOf(error: unknown): string {
  const [firstLine = ''] = (error as Error).message.split('\n')
  return refusalOf(error) ?? firstLine.replace(/\.$/, '')
}
