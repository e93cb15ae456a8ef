/** What must never be, by the name under which it is counted. */
export const FINDING_KINDS = ['orphans', 'duplicates', 'lostRecords', 'naked', 'mismatches', 'stuck'] as const
type FindingKind = (typeof FINDING_KINDS)[number]

/** One thing that must not have been, and with what numbers. */
export type Finding = { kind: FindingKind; reason: string }
