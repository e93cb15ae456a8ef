import { decisionRecordSchema, type OutcomeRecord, outcomeRecordSchema, RECORD_SCHEMA_VERSION } from '@cc/models'
import type { z } from 'zod'
import { decisionRecordOf1Schema } from './record-version-1.js'
import { decisionRecordOf2Schema, outcomeRecordOf2Schema } from './record-version-2.js'
import { upgradedFrom1 } from './upgrade-version-1.js'
import { upgradedFrom2 } from './upgrade-version-2.js'

/**
 * The schema that reads a record of an earlier version as one of today; `undefined` where there was no such record. What
 * the earlier version did not hold is computed from what it did, by the formulas of today; what cannot be is `null`,
 * empty or left out, and named in `missing`. A `decisionId` stands as it was: it is of the old state, and cannot be taken
 * again from the new one.
 */
export function upgradingSchema(kind: unknown, version: unknown): z.ZodType | undefined {
  return UPGRADES.find((upgrade) => upgrade.kind === kind && upgrade.version === version)?.schema
}

const UPGRADES = [
  {
    kind: 'decision',
    version: 1,
    schema: decisionRecordOf1Schema
      .transform((record) => upgradedFrom2(upgradedFrom1(record), record.schemaVersion))
      .pipe(decisionRecordSchema),
  },
  {
    kind: 'decision',
    version: 2,
    schema: decisionRecordOf2Schema
      .transform((record) => upgradedFrom2(record, record.schemaVersion))
      .pipe(decisionRecordSchema),
  },
  {
    kind: 'outcome',
    version: 2,
    schema: outcomeRecordOf2Schema
      .transform((record): OutcomeRecord => ({ ...record, schemaVersion: RECORD_SCHEMA_VERSION }))
      .pipe(outcomeRecordSchema),
  },
] as const satisfies readonly { kind: string; version: number; schema: z.ZodType }[]
