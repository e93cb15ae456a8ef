export { listDecisionFiles, readDecisions } from './decision-files.js'
export { ensureFolder } from './open-append-file.js'
export { type OpenRecord, openRecord } from './open-record.js'
export { type RecordOptions, type RecordOptionsInput, recordOptionsSchema } from './options.js'
