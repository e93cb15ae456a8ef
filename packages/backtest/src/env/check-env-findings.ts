/** Everything that is looked for. */
export const ENV_FINDING_CODES = [
  // spaces
  'space-invalid',
  'space-empty',
  'box-shape',
  'box-bounds',
  'box-flat',
  'box-unbounded',
  'action-not-normalised',
  'sample-outside-space',
  'sample-not-seeded',
  // reset
  'reset-failed',
  'reset-result',
  'generator-missing',
  'generator-not-seeded',
  'seeds-alike',
  'seed-not-deterministic',
  'reseeds-by-default',
  'bad-seed-taken',
  'seed-method',
  'options-refused',
  'option-ignored',
  'unknown-option-taken',
  // what is shown
  'observation-type',
  'observation-shape',
  'observation-not-finite',
  'observation-outside-space',
  'observation-is-state',
  'aliased-observation',
  'aliased-info',
  'info-type',
  'mask-invalid',
  'mask-lies',
  // step
  'step-failed',
  'step-result',
  'reward-type',
  'reward-not-finite',
  'terminated-type',
  'truncated-type',
  'step-not-deterministic',
  'episodes-leak',
  'instances-share-state',
  'action-written',
  'bad-action-taken',
  // life
  'step-before-reset',
  'step-after-end',
  'used-after-close',
  'close-failed',
  'double-close',
  // many at once
  'vector-size',
  'vector-flags',
  'vector-seeds',
  'vector-rows',
  'vector-masked-reset',
  'autoreset',
  'differs-from-scalar',
] as const

/** One way in which an environment breaks its contract. */
export type EnvFinding = {
  code: EnvFindingCode
  /** A warning is legal, and hardly ever meant. */
  level: 'error' | 'warning'
  /** What was seen, and what was expected. */
  message: string
}

/** What a finding is called. Match on this, never on the message. */
export type EnvFindingCode = (typeof ENV_FINDING_CODES)[number]

/** Collects findings, the first of each code. */
export type Findings = {
  error(code: EnvFindingCode, message: string): void
  warn(code: EnvFindingCode, message: string): void
  has(...codes: readonly EnvFindingCode[]): boolean
  list(): readonly EnvFinding[]
}

export function createFindings(): Findings {
  const found = new Map<EnvFindingCode, EnvFinding>()
  const add = (finding: EnvFinding) => {
    if (!found.has(finding.code)) found.set(finding.code, finding)
  }
  return {
    error: (code, message) => add({ code, level: 'error', message }),
    warn: (code, message) => add({ code, level: 'warning', message }),
    has: (...codes) => codes.some((code) => found.has(code)),
    list: () => [...found.values()],
  }
}

/** One short line for what was thrown. */
export function thrownText(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return text.replace(/\.$/, '')
}
