import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A fault in source that no test saw. Told by its text, as lines move. */
export type Survivor = {
  /** From the root of the repository. */
  file: string
  /** The line where it begins, without the space around it. */
  lineText: string
  /** Kind of fault, in Stryker's words: `EqualityOperator`. */
  mutator: string
  /** What stood there instead. */
  replacement: string
}

/** One number that a run has found out. `unit` may be empty. */
export type Figure = { name: string; value: number | string; unit: string }

/** What one run of a proof has found out. */
export type Evidence = {
  /** As it was called, flags included. */
  command: string
  /** What was proven: the commit, with `-dirty` behind it where files differed from it. */
  commit: string
  figures: readonly Figure[]
  notes?: readonly string[]
  survivors?: readonly Survivor[]
}

/** Every proof that the page tells of, in its order: its title, and the command that runs it. */
export const PROOFS = {
  simulate: { title: 'Simulation under faults', command: 'pnpm simulate' },
  planted: { title: 'Planted bugs', command: 'pnpm simulate --planted' },
  'crash-points': { title: 'Every crash point', command: 'pnpm crash-points' },
  chaos: { title: 'Kills of the real process', command: 'pnpm chaos' },
  oracle: { title: 'A second risk calculator', command: 'pnpm oracle' },
  'mutation-risk': { title: 'Mutation of @cc/risk', command: 'pnpm mutation risk' },
  'mutation-exec': { title: 'Mutation of @cc/exec', command: 'pnpm mutation exec' },
  coverage: { title: 'Coverage', command: 'pnpm coverage' },
} as const
export type ProofName = keyof typeof PROOFS

const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Keeps what a run has found out, in place of the run before, for `pnpm reliability` to tell. */
export function saveEvidence(name: ProofName, found: Omit<Evidence, 'commit'>): void {
  const path = pathOf(name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, `${JSON.stringify({ ...found, commit: currentCommit() }, null, 2)}\n`)
  renameSync(`${path}.new`, path)
}

/**
 * What the last run of a proof has found out; `undefined` where there was none.
 *
 * @throws SyntaxError where the file is not what {@link saveEvidence} writes.
 */
export function readEvidence(name: ProofName): Evidence | undefined {
  const path = pathOf(name)
  try {
    return evidenceIn(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SyntaxError(`${path} holds no evidence. Run \`${PROOFS[name].command}\` again.`, { cause: error })
  }
}

/** @throws SyntaxError where the text is no evidence: of it a page would tell nothing, or nonsense. */
export function evidenceIn(text: string): Evidence {
  const found = JSON.parse(text) as Partial<Evidence> | null
  const isFigure = ({ name, value, unit }: Partial<Figure>) =>
    typeof name === 'string' && typeof unit === 'string' && (typeof value === 'string' || Number.isFinite(value))
  const holds =
    typeof found?.command === 'string' &&
    typeof found.commit === 'string' &&
    Array.isArray(found.figures) &&
    found.figures.length > 0 &&
    found.figures.every(isFigure)
  if (!holds) throw new SyntaxError('Evidence has a command, a commit and at least one figure.')
  return found as Evidence
}

function pathOf(name: ProofName): string {
  return join(root, 'node_modules/.cache/reliability', `${name}.json`)
}

function currentCommit(): string {
  const describe = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*']
  return execFileSync('git', describe, { cwd: root, encoding: 'utf8' }).trim()
}
