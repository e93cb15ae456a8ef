export { ensureFolder } from './disk.js'
export { type RecordOptions, type RecordOptionsInput, recordOptionsSchema } from './options.js'
export { listDecisionFiles, type OpenRecord, openRecord, readDecisions } from './record.js'
