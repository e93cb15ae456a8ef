import { type Evidence, type Figure, PROOFS, type ProofName, type Survivor } from './evidence.ts'
import type { JustifiedSurvivor } from './survivors.ts'

/** What the last run of each proof has found out, as far as there was one. */
export type Findings = { readonly [Name in ProofName]?: Evidence | undefined }

const NAMES = Object.keys(PROOFS) as ProofName[]
/** The proof that reports the survivors of each package's files. */
const MUTATIONS: Readonly<Record<string, ProofName>> = {
  'packages/risk/': 'mutation-risk',
  'packages/exec/': 'mutation-exec',
}

/** The page in full. */
export function describeReliability(findings: Findings, justified: readonly JustifiedSurvivor[]): string {
  return [
    '# Reliability',
    'What the proofs of `apps/proof` have found out. `pnpm reliability` writes this page from what each command left of its last run; no number is typed by hand. `-dirty` behind a commit: files differed from it.',
    ...NAMES.flatMap((name) => describeProof(name, findings[name])),
    describeSurvivors(justified),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n')
}

/** The part of the page that follows from what is written down of survivors alone. */
export function describeSurvivors(justified: readonly JustifiedSurvivor[]): string {
  const heading = '## Survivors'
  const text =
    'Faults that Stryker put into the source and that no test saw, one by one, each with the reason why none need see it. A survivor without a reason, or a reason without its survivor, fails `pnpm reliability`.'
  if (justified.length === 0) return [heading, text, 'None is written down.'].join('\n\n')
  const rows = justified.map(({ file, lineText, mutator, replacement, why }) =>
    row([`\`${file}\``, code(lineText), mutator, code(replacement), why]),
  )
  return [heading, text, table(['file', 'line', 'fault', 'became', 'why it may live'], rows)].join('\n\n')
}

/**
 * What keeps the page from being written: a survivor that nobody has justified, and a justification whose survivor is
 * gone. Of a package whose mutation was not run nothing is said.
 */
export function survivorProblems(findings: Findings, justified: readonly JustifiedSurvivor[]): readonly string[] {
  const survivors = NAMES.flatMap((name) => findings[name]?.survivors ?? [])
  const excess = without(survivors, justified).map((survivor) => `${describe(survivor)} has no justification.`)
  const wasRun = ({ file }: Survivor) => {
    const proof = Object.entries(MUTATIONS).find(([folder]) => file.startsWith(folder))?.[1]
    return proof === undefined || findings[proof] !== undefined
  }
  const stale = without(justified, survivors).filter(wasRun)
  return [...excess, ...stale.map((survivor) => `${describe(survivor)} is justified, and is no survivor.`)]
}

/** The entries of one list that are not matched, one to one, by another's: equal lines have equal faults. */
function without<T extends Survivor>(entries: readonly T[], others: readonly Survivor[]): readonly T[] {
  const left = others.map(describe)
  return entries.filter((entry) => {
    const place = left.indexOf(describe(entry))
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
}

function describeProof(name: ProofName, evidence: Evidence | undefined): string[] {
  const { title, command } = PROOFS[name]
  const heading = `## ${title}`
  if (evidence === undefined) return [heading, `Missing: \`${command}\` has left nothing.`]
  const { figures, notes = [] } = evidence
  return [
    heading,
    `\`${evidence.command}\` at \`${evidence.commit}\`.`,
    table(
      ['figure', 'value', 'unit'],
      figures.map((figure) => row([figure.name, told(figure), figure.unit])),
    ),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
  ]
}

function table(names: readonly string[], rows: readonly string[]): string {
  return [row(names), row(names.map(() => '---')), ...rows].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
}

/** As code, whatever backticks it holds. */
function code(text: string): string {
  const fence = text.includes('`') ? '``' : '`'
  return text === '' ? 'nothing' : `${fence}${fence === '``' ? ` ${text} ` : text}${fence}`
}

function told({ value }: Figure): string {
  return typeof value === 'string' ? value : value.toLocaleString('en-GB', { maximumFractionDigits: 2 })
}

function describe({ file, lineText, mutator, replacement }: Survivor): string {
  return `${file}: ${mutator} of \`${lineText}\` to \`${replacement}\``
}
