import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { EXPORT_FORMATS, EXPORT_TABLES, type ExportFormat, type ExportTable } from '@cc/logging'
import { Option } from 'commander'
import { exportLog } from './export-log.js'
import { EXIT, type ExitCode, usageError } from './failure.js'
import { settingsUnder } from './flags.js'
import type { Io } from './io.js'
import { secretsOf } from './log-heading.js'

export type ExportFlags = {
  to?: string
  table: ExportTable['name']
  format: ExportFormat
  verify: boolean
  json?: true
}

export const exportFlags = () => [
  new Option('--to <folder>', 'where it is written (default: "export" in the log folder)'),
  new Option('--table <name>', 'a row per decision and coin, per record, or per step of an episode')
    .choices(Object.keys(EXPORT_TABLES))
    .default('flat'),
  new Option('--format <name>', 'what it is written as').choices(EXPORT_FORMATS).default('parquet'),
  new Option('--no-verify', 'take the log as it is, without the proof that it was not edited'),
  new Option('--json', 'what was written as one JSON document'),
]

/** `ccagent data export DIR`: the decisions of a log as one table, and beside it what its columns say. */
export async function exportData(folder: string, flags: ExportFlags, io: Io): Promise<ExitCode> {
  const path = resolve(io.folder, folder)
  if (!existsSync(path) || !statSync(path).isDirectory()) throw usageError(`${folder} is no folder.`)
  const { table: name, format, verify } = flags
  const table = EXPORT_TABLES[name]
  const to = resolve(io.folder, flags.to ?? join(path, 'export'))
  const secrets = secretsOf(settingsUnder({}, io).values)
  const { file, rows, bytes } = await exportLog(path, { table, format, to, verify, secrets })
  if (flags.json) {
    io.stdout.write(`${JSON.stringify({ schemaVersion: 1, table: name, format, file, rows, bytes }, null, 2)}\n`)
  } else {
    io.stdout.write(`${file}: ${rows} rows of ${table.columns.length} columns, ${bytes} bytes.\n`)
  }
  return EXIT.done
}
