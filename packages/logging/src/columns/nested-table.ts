import type { Column, ExportTable } from './column.js'
import { REQUIRE_HONEST } from './decision-columns.js'
import { duckdbType, quoted } from './duckdb-type.js'
import { decisionLineSchema, decisionsSql } from './log-source.js'

const { kind: _, ...fields } = decisionLineSchema.shape

/**
 * One row per decision with all that its record holds, as the record holds it: objects are structs, lists are lists. What
 * has free keys, such as the numbers that a rule compared, is JSON text.
 */
export const nestedTable: ExportTable = {
  name: 'nested',
  row: 'a decision, as its record in the log',
  columns: Object.entries(fields).map(
    ([name, schema]): Column => ({
      name,
      type: duckdbType(schema),
      unit: name.endsWith('Ms') ? 'ms' : null,
      meaning: `\`${name}\` of the record, as \`decisionRecordSchema\` of @cc/models documents it.`,
      sql: quoted(name),
    }),
  ),
  sqlOver: (paths) => `SELECT ${nestedTable.columns.map(({ sql }) => sql).join(', ')}
    FROM (${decisionsSql(paths)}) WHERE ${REQUIRE_HONEST}`,
}
