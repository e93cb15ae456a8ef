import { createHash } from 'node:crypto'
import type { IntentOutcome, SendIntent } from '@cc/models'
import type { MemoryDisk } from '../memory-disk.ts'
import type { Accuse } from './violation.ts'

/** What is on the disk of one folder, read by its bytes. */
export type DurableLog = {
  /** Reads what came on since. Lines that are torn wait for their end. */
  read(): void
  /** Of the journal, by label. */
  readonly sends: ReadonlyMap<string, { intent: SendIntent; outcome: IntentOutcome | null }>
  /** Told of every line that the record said it holds: it must be the last there now, and be there for ever. */
  acknowledged(log: LogName, begins: string, what: string): void
  /** Reads everything again from the first byte; `parsing` every line costs more than all else of it. */
  verify(secret: string, parsing: boolean): void
}

type LogName = 'decisions' | 'intents'
type Cursor = { seq: number; hash: string; file: string; at: number; last: string }

const DECISIONS = /\/agent_decisions_\d{8}\.jsonl$/
const INTENTS = /\/intents\.jsonl$/
/** Bytes of `,"hash":"…"}` at the end of a line. */
const PROOF_BYTES = 75
const NEWLINE = 10

/** Reads a chained log with its own arithmetic: it shares no code with the package that wrote it. */
export function createDurableLog(disk: MemoryDisk, accuse: Accuse): DurableLog {
  const sends = new Map<string, { intent: SendIntent; outcome: IntentOutcome | null }>()
  const cursors = { decisions: startOf(), intents: startOf() }
  const promised = { decisions: new Map<number, string>(), intents: new Map<number, string>() }

  function filesOf(log: LogName): string[] {
    const pattern = log === 'decisions' ? DECISIONS : INTENTS
    return disk
      .paths()
      .filter((path) => pattern.test(path))
      .sort()
  }

  /** Walks on from a cursor over whole lines; each must follow the one before. */
  function walk(log: LogName, cursor: Cursor, onLine: (line: Buffer) => void): void {
    for (const file of filesOf(log)) {
      if (file < cursor.file) continue
      const bytes = disk.durable(file)
      const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      let start = file === cursor.file ? cursor.at : 0
      for (let end = whole.indexOf(NEWLINE, start); end !== -1; end = whole.indexOf(NEWLINE, start)) {
        const line = whole.subarray(start, end)
        start = end + 1
        cursor.file = file
        cursor.at = start
        requireNext(log, line, cursor)
        onLine(line)
      }
    }
  }

  function requireNext(log: LogName, line: Buffer, cursor: Cursor): void {
    const covered = line.length - PROOF_BYTES
    const place = `,"seq":${cursor.seq + 1}`
    const expected = createHash('sha256')
      .update(cursor.hash)
      .update(line.subarray(0, covered))
      .update('}')
      .digest('hex')
    const isNext =
      covered > place.length &&
      line.toString('latin1', covered - place.length, covered) === place &&
      line.toString('latin1', covered) === `,"hash":"${expected}"}`
    if (!isNext) accuse('I5', `line ${cursor.seq + 1} of the ${log} does not follow the one before`)
    cursor.seq += 1
    cursor.hash = expected
    cursor.last = line.toString('latin1', 0, 160)
  }

  function parsed(log: LogName, line: Buffer): Record<string, unknown> {
    try {
      return JSON.parse(line.toString('utf8')) as Record<string, unknown>
    } catch {
      accuse('I5', `a line of the ${log} does not parse: ${line.toString('utf8', 0, 80)}`)
      return {}
    }
  }

  function takeIntent(value: Record<string, unknown>): void {
    if (value.kind === 'intent') {
      const intent = value as unknown as SendIntent
      if (sends.has(intent.terms.label)) accuse('I2', `the journal has two intents under ${intent.terms.label}`)
      sends.set(intent.terms.label, { intent, outcome: null })
    } else if (value.kind === 'outcome') {
      const outcome = value as unknown as IntentOutcome
      const send = sends.get(outcome.label)
      if (send === undefined) accuse('I3', `the journal has an outcome of ${outcome.label} and no intent`)
      else if (send.outcome !== null) accuse('I5', `the journal has two outcomes of ${outcome.label}`)
      else send.outcome = outcome
    }
  }

  function read(): void {
    walk('intents', cursors.intents, (line) => takeIntent(parsed('intents', line)))
    walk('decisions', cursors.decisions, () => {})
  }

  return {
    read,
    sends,
    acknowledged(log, begins, what) {
      read()
      const { seq, hash, last } = cursors[log]
      if (last.startsWith(begins)) promised[log].set(seq, hash)
      else
        accuse(
          'I5',
          `${what} was acknowledged and is not the last line of the ${log} on the disk: ${last.slice(0, 60)}`,
        )
    },
    verify(secret, parsing) {
      for (const log of ['decisions', 'intents'] as const) {
        const found = new Map<number, string>()
        const cursor = startOf()
        walk(log, cursor, (line) => {
          found.set(cursor.seq, cursor.hash)
          if (parsing) parsed(log, line)
        })
        for (const [seq, digest] of promised[log]) {
          if (found.get(seq) !== digest) accuse('I5', `line ${seq} of the ${log} was acknowledged and is gone`)
        }
      }
      for (const path of disk.paths()) {
        if (Buffer.from(disk.durable(path)).includes(secret)) accuse('I6', `a secret is in ${path}`)
      }
    },
  }
}

function startOf(): Cursor {
  return { seq: -1, hash: '0'.repeat(64), file: '', at: 0, last: '' }
}
