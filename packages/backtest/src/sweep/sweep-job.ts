import { createHash } from 'node:crypto'
import { canonicalText } from '../results/canonical-text.js'
import type { RulesStrategy } from '../run/compose-rules.js'
import type { RunOptionsInput } from '../run/run-options.js'

/** One run of a sweep, as plain data. */
export type SweepJob = {
  /** What sets it apart from the others, by parameter: for people alone. */
  configuration: Readonly<Record<string, string>>
  run: Omit<RunOptionsInput, 'runId'>
  strategy: RulesStrategy
}

/** A job under its name: 64 lower-case hex digits. */
export type NamedJob = SweepJob & { id: string }

/** What beside the job decides its result: the history by its checksum and what is assumed of it, and the version of the code. */
export type SweepGround = { checksum: string; assumptions: readonly string[]; codeVersion: string }

/**
 * Names a job by all that decides its result: equal names, equal results. What it is called in a grid has no say.
 */
export function jobIdOf({ run, strategy }: SweepJob, { checksum, assumptions, codeVersion }: SweepGround): string {
  return createHash('sha256').update(canonicalText({ run, strategy, checksum, assumptions, codeVersion })).digest('hex')
}
