import { decisionRecordSchema } from '@cc/models'
import { z } from 'zod'
import { duckdbColumns, type Picked } from './duckdb-type.js'

/** A decision as its line holds it, with its place and proof. */
export const decisionLineSchema = decisionRecordSchema.extend({ seq: z.int(), hash: z.string() })

/**
 * A query for DuckDB that gives the decisions of these log files with the `picked` fields, in the order of the log.
 * Headers, outcomes and other lines are left out. A line that is no JSON ends it.
 */
export function decisionsSql(paths: readonly string[], picked: true | Picked = true): string {
  const columns = duckdbColumns(decisionLineSchema, picked === true ? true : { kind: true, ...picked })
  return `SELECT * FROM ${linesSql(paths, columns)} WHERE kind = 'decision'`
}

/** A query for DuckDB that gives the oldest `schemaVersion` of all decisions of these log files; NULL where none is there. */
export function oldestSchemaSql(paths: readonly string[]): string {
  const columns = `{kind: 'VARCHAR', schemaVersion: 'BIGINT'}`
  return `SELECT min(schemaVersion) AS "schemaVersion" FROM ${linesSql(paths, columns)} WHERE kind = 'decision'`
}

function linesSql(paths: readonly string[], columns: string): string {
  const files = paths.map((path) => `'${globOf(path).replaceAll("'", "''")}'`)
  return `read_json([${files.join(', ')}], format = 'newline_delimited', columns = ${columns},
    maximum_object_size = ${LONGEST_LINE_BYTES})`
}

/** A record has 1 MB at most. DuckDB reads pieces of twice this, one for each thread. */
const LONGEST_LINE_BYTES = 2 * 1024 * 1024

/** A pattern that is this path alone. */
function globOf(path: string): string {
  return path.replace(/[*?[]/g, (sign) => `[${sign}]`)
}
