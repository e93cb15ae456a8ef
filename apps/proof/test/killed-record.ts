import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { type DecisionRecord, RECORD_SCHEMA_VERSION, type SendIntent } from '@cc/models'

/*
 * What a writer that is killed writes, and what is found of it. It is read here in another way than @cc/logging does:
 * from the text of its promises alone.
 */

/** More than a life gets done, so that no two lives share a cycle. */
export const CYCLES_OF_A_LIFE = 100_000
const HOURS_OF_A_CYCLE = 6
const FIRST_DAY_MS = Date.UTC(2026, 0, 1)

/** What the writer appends for a cycle, the same in whichever process: every fourth begins a new day's file. */
export function recordsOf(cycle: number): { intent: SendIntent; decision: DecisionRecord } {
  const life = Math.floor(cycle / CYCLES_OF_A_LIFE)
  const within = cycle % CYCLES_OF_A_LIFE
  const startedMs = FIRST_DAY_MS + life * LIFE_MS + within * HOURS_OF_A_CYCLE * 3_600_000
  const label = `cc-killed-${cycle}`
  return {
    intent: {
      kind: 'intent',
      timeMs: startedMs,
      decisionId: 'c0ffee00',
      leg: 'open',
      terms: {
        symbol: 'BTC-30JAN26-100000-C',
        side: 'sell',
        sizeCoin: 0.5,
        priceCoin: 0.0125,
        label,
        postOnly: false,
        reduceOnly: false,
        timeInForce: 'good-til-cancelled',
        validUntilMs: startedMs + 60_000,
      },
    },
    decision: {
      kind: 'decision',
      schemaVersion: RECORD_SCHEMA_VERSION,
      runId: '0123456789abcdef',
      cycle,
      decisionId: null,
      policy: TEXTS[within % TEXTS.length] as string,
      dryRun: false,
      startedMs,
      endedMs: startedMs + 40,
      ledger: [],
      state: null,
      decision: null,
      review: null,
      verdict: null,
      execution: null,
      failure: { code: 'deribit/unreachable', recovery: 'skip', message: 'No answer.', facts: { waitedMs: 40 } },
    },
  }
}

/** Some hundred cycles: no life gets there. */
const LIFE_MS = 124 * 86_400_000
/** A kill within a long line leaves a part of it, and maybe half a letter of those that take several bytes. */
const TEXTS = ['€'.repeat(700), 'x'.repeat(400_000), '€'.repeat(10_000), 'x'.repeat(2_000)]

/** A last line without its newline. */
export type TornTail = { file: string; bytes: number; sha256: string }

/** Unfinished last lines in a folder, of any file that is part of a log. */
export function tornTailsOf(folder: string): readonly TornTail[] {
  return logFiles(folder).flatMap((file) => {
    if (endsALine(join(folder, file))) return []
    const bytes = readFileSync(join(folder, file))
    const tail = bytes.subarray(bytes.lastIndexOf('\n') + 1)
    return [{ file, bytes: tail.length, sha256: sha256(tail) }]
  })
}

/** Hashes of everything that was moved aside. */
export function movedAside(folder: string): ReadonlySet<string> {
  const names = readdirSync(folder).filter((name) => name.includes('.torn-'))
  return new Set(names.map((name) => sha256(readFileSync(join(folder, name)))))
}

/** Whole lines of the files from one on, parsed, by the cycle that they are of. Throws at one that is no JSON. */
export function cyclesIn(folder: string, life: number): Record<'decisions' | 'intents', ReadonlyMap<number, object>> {
  const first = fileOf(life * CYCLES_OF_A_LIFE)
  const decisions = new Map<number, object>()
  const intents = new Map<number, object>()
  for (const file of logFiles(folder)) {
    if (file < first) continue
    for (const line of wholeLines(folder, file)) {
      const { seq: _seq, hash: _hash, ...record } = JSON.parse(line)
      if (record.kind === 'decision') decisions.set(record.cycle, record)
      if (record.kind === 'intent') intents.set(Number(record.terms.label.split('-')[2]), record)
    }
  }
  return { decisions, intents }
}

/** Lines of one log whose place and proof fit, over all its files. Throws at the first that does not. */
export function chainedLines(folder: string, log: 'decisions' | 'intents'): number {
  let hash = '0'.repeat(64)
  let seq = 0
  for (const file of logFiles(folder).filter((name) => (name === 'intents.jsonl') === (log === 'intents'))) {
    for (const line of wholeLines(folder, file)) {
      const { hash: own, ...record } = JSON.parse(line)
      const expected = sha256(hash + JSON.stringify(record))
      if (own !== expected || record.seq !== seq) throw new Error(`${file}: seq ${record.seq} is not chained`)
      hash = own
      seq += 1
    }
  }
  return seq
}

function fileOf(cycle: number): string {
  const { startedMs } = recordsOf(cycle).decision
  return `agent_decisions_${new Date(startedMs).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`
}

function logFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
}

function wholeLines(folder: string, file: string): readonly string[] {
  return readFileSync(join(folder, file), 'utf8').split('\n').slice(0, -1)
}

function endsALine(path: string): boolean {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 10)
  } finally {
    closeSync(file)
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}
