import { type EntryOf, type LogName, readLog, verifyLog } from '@cc/logging'
import type { IntentOutcome } from '@cc/models'
import type { Journal } from './exchange-checks.ts'
import type { Finding } from './finding.ts'

/** What was proven of a folder so far, to be held against what is found later. */
export type Proven = { readonly logs: Readonly<Record<LogName, LogProof>> }
type LogProof = {
  /** The last good line. */
  last: { seq: number; hash: string } | null
  /** Whether bytes without a newline stood behind it. */
  isTorn: boolean
  /** Torn tails that were put aside so far. */
  repairs: number
}

export const NOTHING_PROVEN: Proven = {
  logs: {
    decisions: { last: null, isTorn: false, repairs: 0 },
    intents: { last: null, isTorn: false, repairs: 0 },
  },
}

/** What a folder says after a life, and what is wrong with it. */
type RecordCheck = { proven: Proven; journal: Journal; findings: readonly Finding[] }

/**
 * Proves a folder after a life that said `said`: both chains hold, all that was proven before is there unchanged, at most
 * the one torn tail was repaired that the life before had left, and every line that was said is in the log, to the letter.
 */
export async function checkRecord(folder: string, said: readonly string[], before: Proven): Promise<RecordCheck> {
  const broken: string[] = []
  const { logs } = await verifyLog(folder)
  for (const { name, firstBad } of logs) {
    if (firstBad !== null) broken.push(`${name}: line ${firstBad.lineNumber} of ${firstBad.file} ${firstBad.problem}`)
  }
  if (broken.length > 0) return { proven: before, journal: NO_JOURNAL, findings: broken.map(lost) }

  const decisions = await readOne(folder, 'decisions', before)
  const intents = await readOne(folder, 'intents', before)
  const tornOf = (name: LogName) => logs.some((log) => log.name === name && log.tornTail !== null)
  const unsaid = said
    .filter((line) => !decisions.texts.has(line))
    .map((line) => `not in the log: ${line.slice(0, 120)}`)
  return {
    proven: {
      logs: {
        decisions: { ...decisions.proof, isTorn: tornOf('decisions') },
        intents: { ...intents.proof, isTorn: tornOf('intents') },
      },
    },
    journal: journalOf(intents.entries),
    findings: [...decisions.problems, ...intents.problems, ...unsaid].map(lost),
  }
}

const NO_JOURNAL: Journal = { labels: new Set(), outcomes: new Map() }

function lost(reason: string): Finding {
  return { kind: 'lostRecords', reason }
}

async function readOne<Name extends LogName>(folder: string, name: Name, before: Proven) {
  const known = before.logs[name]
  const problems: string[] = []
  const entries: EntryOf[Name][] = []
  const texts = new Set<string>()
  let last: LogProof['last'] = null
  let repairs = 0
  for await (const { entry, seq, hash } of readLog(folder, name)) {
    last = { seq, hash }
    if (seq === known.last?.seq && hash !== known.last.hash)
      problems.push(`${name}: line ${seq} is another than before`)
    if (entry.kind === 'recovery') repairs += 1
    entries.push(entry)
    texts.add(JSON.stringify(entry))
  }
  if (known.last !== null && (last?.seq ?? -1) < known.last.seq) {
    problems.push(`${name}: ends at line ${last?.seq}, and line ${known.last.seq} was there before`)
  }
  const most = known.repairs + (known.isTorn ? 1 : 0)
  if (repairs > most) problems.push(`${name}: ${repairs} torn tails were repaired, and ${most} were left`)
  return { proof: { last, repairs }, problems, entries, texts }
}

function journalOf(entries: readonly EntryOf['intents'][]): Journal {
  const labels = new Set<string>()
  const outcomes = new Map<string, IntentOutcome>()
  for (const entry of entries) {
    if (entry.kind === 'intent') labels.add(entry.terms.label)
    if (entry.kind === 'outcome') outcomes.set(entry.label, entry)
  }
  return { labels, outcomes }
}
