import type { ExportTable } from './column.js'
import { flatTable } from './flat-table.js'
import { nestedTable } from './nested-table.js'
import { trajectoryTable } from './trajectory-table.js'

/** The tables that a log is exported as, by their names. */
export const EXPORT_TABLES: Readonly<Record<ExportTable['name'], ExportTable>> = {
  flat: flatTable,
  nested: nestedTable,
  trajectory: trajectoryTable,
}
