export type { Column, ColumnType, ColumnUnit, ExportTable } from './columns/column.js'
export { EXPORT_FORMATS, type ExportFormat, exportSql, refusalOf } from './columns/export-sql.js'
export { EXPORT_TABLES } from './columns/export-tables.js'
export { oldestSchemaSql } from './columns/log-source.js'
export type { EntryOf } from './decode-line.js'
export type { AppendHandle, Disk, FileLook, ReadHandle } from './disk.js'
export {
  type FileRecord,
  fileRecordSchema,
  type HeaderRecord,
  type LogName,
  type RecoveryRecord,
  type StopRecord,
} from './file-records.js'
export { findSecret } from './find-secret.js'
export { ensureFolder } from './node-disk.js'
export { type OpenRecord, openRecord, type RecordDeps } from './open-record.js'
export {
  type OutcomeKeeperOptionsInput,
  outcomeKeeperOptionsSchema,
  type RecordOptions,
  type RecordOptionsInput,
  recordOptionsSchema,
} from './options.js'
export { createOutcomeKeeper, type OutcomeKeeperDeps } from './outcome-keeper.js'
export { type ExpiryDelivery, outcomesOf } from './outcomes.js'
export { type LogLabels, type LogLine, labelsOf, listDecisionFiles, readDecisions, readLog } from './read.js'
export { type Recovery, recoverLog } from './recover.js'
export { createTextRedactor, type Secret } from './redact.js'
export { type LogVerification, verifyLog } from './verify.js'
