import type { DecisionRecord } from '@cc/models'
import { actionEvents, type EventLine, eventHeader, formatEvent, marketWords, settlementEvents } from './event-line.js'
import type { Io } from './io.js'
import { minute } from './number-format.js'

/** Tells a run to a person, record by record. */
export type Narrator = {
  tell(record: DecisionRecord): void
  /** Prints what is still held back. */
  end(): void
}

const WIDTH = 120
const INDENT = ' '.repeat(18)

/**
 * A line per event with its reason below. Cycles that changed nothing, for the same reason, are one line with their
 * number, printed when something else comes; where somebody watches in real time (`live`), the first is printed at
 * once and the others when they end.
 *
 * A trade is told with the next record: what was settled at its time is known only then, and comes first.
 */
export function createNarrator({ stdout, paint }: Pick<Io, 'stdout' | 'paint'>, { live = false } = {}): Narrator {
  let trade: DecisionRecord | undefined
  let fold: { first: DecisionRecord; last: DecisionRecord; count: number; key: string } | undefined

  const print = (line: string) => stdout.write(`${line}\n`)
  const printReason = (record: DecisionRecord) => {
    for (const line of wrapped(reasonOf(record), WIDTH - INDENT.length)) print(paint('dim', `${INDENT}${line}`))
  }

  function printTrade(): void {
    if (trade === undefined) return
    for (const event of actionEvents(trade)) print(paint('cyan', formatEvent(event)))
    printReason(trade)
    trade = undefined
  }

  function printFold(): void {
    if (fold === undefined) return
    const { first, last, count } = fold
    if (!live)
      printIdle(
        { ...last, startedMs: first.startedMs },
        count === 1 ? '' : ` ×${count}, until ${minute(last.startedMs)}`,
      )
    else if (count > 1)
      print(`${minute(first.startedMs)}  ${headline(last)} ×${count - 1} more, until ${minute(last.startedMs)}`)
    fold = undefined
  }

  function printIdle(record: DecisionRecord, times: string): void {
    const [event] = actionEvents(record)
    const idle = `${minute(record.startedMs)}  ${headline(record)}${times}   ${marketWords(record)}`.trimEnd()
    print(event === undefined ? idle : formatEvent({ ...event, outcome: `${event.outcome}${times}` }))
    printReason(record)
  }

  function printSettlements(events: readonly EventLine[]): void {
    if (events.length > 0) printFold()
    for (const event of events) print(paint(event.what === 'SETTLED' ? 'yellow' : 'green', formatEvent(event)))
  }

  print(paint('bold', eventHeader))
  return {
    tell(record) {
      const settled = settlementEvents(record)
      const tradedMs = trade?.startedMs ?? Number.NEGATIVE_INFINITY
      printSettlements(settled.filter(({ timeMs }) => timeMs <= tradedMs))
      printTrade()
      printSettlements(settled.filter(({ timeMs }) => timeMs > tradedMs))
      const key = keyOf(record)
      if (hasTraded(record)) {
        printFold()
        trade = record
      } else if (fold?.key === key) {
        fold = { ...fold, last: record, count: fold.count + 1 }
      } else {
        printFold()
        fold = { first: record, last: record, count: 1, key }
        if (live) printIdle(record, '')
      }
    },
    end() {
      printTrade()
      printFold()
    },
  }
}

/** The same for a program: every record as one line of JSON. */
export function createJsonLines({ stdout }: Pick<Io, 'stdout'>): Narrator {
  return { tell: (record) => stdout.write(`${JSON.stringify(record)}\n`), end() {} }
}

function hasTraded({ execution }: DecisionRecord): boolean {
  return execution?.legs.some(({ filledCoin }) => filledCoin > 0) ?? false
}

// Deltas and days change with every cycle; the reason behind them does not.
function keyOf(record: DecisionRecord): string {
  const outcome = record.execution?.status ?? record.failure?.code ?? record.verdict?.allowed
  return `${headline(record)} ${outcome} ${reasonOf(record).replace(/[\d.,]+/g, '#')}`
}

function headline({ decision, failure }: DecisionRecord): string {
  return failure === null ? (decision?.proposal.action ?? 'no decision') : 'FAILED'
}

function reasonOf({ decision, verdict, failure }: DecisionRecord): string {
  if (failure !== null) return `${failure.code}: ${failure.message}`
  if (verdict?.allowed === false) return verdict.reasons.join(' ')
  return decision?.proposal.reasoning ?? ''
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
