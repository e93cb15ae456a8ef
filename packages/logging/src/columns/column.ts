/** One column of an export: what it is called, what it holds, and how it is taken from the log. */
export type Column = {
  name: string
  type: ColumnType
  /** `coin` is the coin of the row's or the column's currency; `null` for what has no unit: names, counts, truths. */
  unit: ColumnUnit | null
  /** What it says, and when it is absent. */
  meaning: string
  /** Expression over the rows that the table's query makes of the log. */
  sql: string
}
/** A type of DuckDB: `VARCHAR`, `BIGINT`, `DOUBLE`, `BOOLEAN`, `TIMESTAMPTZ`, lists `[]` and `STRUCT`s of them, `JSON`. */
export type ColumnType = string

/** `ms` are of UTC since 1970. Ratios are decimals: 0.52 is 52 %. */
export type ColumnUnit = 'ms' | 'days' | 'coin' | 'USD' | 'percent' | 'ratio'

/** A table that a log is exported as. */
export type ExportTable = {
  name: 'flat' | 'nested' | 'trajectory'
  /** One row is one of these. */
  row: string
  columns: readonly Column[]
  /** A query for DuckDB that reads these files of a log, oldest first, and gives the rows in their order. */
  sqlOver(paths: readonly string[]): string
}

/**
 * The expression under the column's name, in its type. A number that is none ends the query: what cannot be read as JSON
 * cannot stand in a log, but a calculation or a text that says `NaN` could bring it in.
 */
export function selected({ name, type, sql }: Column): string {
  if (type !== 'DOUBLE') return `CAST(${sql} AS ${type}) AS "${name}"`
  const refusal = `error('${REFUSED}"${name}" of line ' || seq || ' is no finite number')`
  return `CASE WHEN isfinite(${sql}) IS FALSE THEN ${refusal} ELSE CAST(${sql} AS DOUBLE) END AS "${name}"`
}

/** What the message of a query begins with that ended because of what stands in the log. */
export const REFUSED = 'refused: '

/** Columns of one type and unit, from `[name, meaning, sql]`. */
export function columnsOf(
  type: ColumnType,
  unit: ColumnUnit | null,
  rows: readonly (readonly [name: string, meaning: string, sql: string])[],
): Column[] {
  return rows.map(([name, meaning, sql]) => ({ name, type, unit, meaning, sql }))
}
