import { type ExportTable, REFUSED } from './column.js'

/** What an export is written as. */
export const EXPORT_FORMATS = ['parquet', 'csv'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/**
 * Statements for DuckDB that write a table of these log files, oldest first, to the file `to`: one row after the other in
 * the order of the log, times in UTC. Parquet is compressed with zstd.
 */
export function exportSql(
  table: ExportTable,
  { paths, to, format }: { paths: readonly string[]; to: string; format: ExportFormat },
): readonly string[] {
  const options = format === 'parquet' ? 'FORMAT parquet, COMPRESSION zstd' : 'FORMAT csv, HEADER'
  return ["SET TimeZone = 'UTC'", `COPY (${table.sqlOver(paths)}) TO '${to.replaceAll("'", "''")}' (${options})`]
}

/**
 * What an export would not take from a log, of the error that DuckDB ended with: `"spotUsd" of line 7 is no finite
 * number`. `undefined` for any other error.
 */
export function refusalOf(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : ''
  const at = message.indexOf(REFUSED)
  return at === -1 ? undefined : message.slice(at + REFUSED.length)
}
