import type { AgentMemory, BreachCode, DecisionRecord, OperatorRecord, VerdictRecord } from '@cc/models'
import {
  actionEvents,
  actionName,
  type EventLine,
  eventHeader,
  eventLines,
  INDENT,
  marketWords,
  settlementEvents,
} from './event-line.js'
import { STOPPED } from './failure.js'
import type { Io } from './io.js'
import { minute } from './number-format.js'
import { roomOf, widthOf, wrapped } from './terminal-width.js'

/** Tells a run to a person, record by record. */
export type Narrator = {
  tell(record: DecisionRecord): void
  /** What a person commanded, as it was obeyed. */
  tellCommand(record: OperatorRecord): void
  /** Prints what is still held back. */
  end(): void
}

/**
 * A line per event with its reason below, broken to the terminal's width. Cycles in a row that came to the same are
 * one line: that of the first, with their number and when the last was. It is printed when something else comes;
 * where somebody watches in real time (`live`), the first is printed at once and the number when they end.
 *
 * A trade is told with the next record: what was settled at its time is known only then, and comes first.
 */
export function createNarrator({ stdout, paint }: Pick<Io, 'stdout' | 'paint'>, { live = false } = {}): Narrator {
  let trade: DecisionRecord | undefined
  let fold: { first: DecisionRecord; last: DecisionRecord; count: number; key: string } | undefined

  const print = (line: string) => stdout.write(`${line}\n`)
  const printEvent = (event: EventLine, style?: Parameters<typeof paint>[0]) => {
    for (const line of eventLines(event, roomOf(stdout))) {
      print(style === undefined ? line : paint(style, line))
    }
  }
  const printReason = (record: DecisionRecord) => {
    for (const line of wrapped(reasonOf(record), widthOf(stdout) - INDENT.length))
      print(paint('dim', `${INDENT}${line}`))
  }

  function printTrade(): void {
    if (trade === undefined) return
    for (const event of actionEvents(trade)) printEvent(event, 'cyan')
    printReason(trade)
    trade = undefined
  }

  function printFold(): void {
    if (fold === undefined) return
    const { first, last, count } = fold
    const until = `until ${minute(last.startedMs)}`
    if (!live) printIdle(first, count === 1 ? '' : ` ×${count}, ${until}`)
    else if (count > 1) print(`${minute(first.startedMs)}  ${nameOf(first)} ×${count - 1} more, ${until}`)
    fold = undefined
  }

  function printIdle(record: DecisionRecord, times: string): void {
    const events = actionEvents(record)
    if (events.length === 0) {
      const line = `${minute(record.startedMs)}  ${nameOf(record)}${times}`
      const market = marketWords(record)
      const fits = market === '' || line.length + 3 + market.length <= roomOf(stdout)
      print(`${line}${fits ? `   ${market}` : ''}`.trimEnd())
      if (!fits) print(`${INDENT}${market}`)
    }
    for (const [index, event] of events.entries()) {
      const isLast = index === events.length - 1
      printEvent(isLast ? { ...event, outcome: `${event.outcome}${times}` } : event)
    }
    printReason(record)
  }

  function printSettlements(events: readonly EventLine[]): void {
    if (events.length > 0) printFold()
    for (const event of events) printEvent(event, event.what === 'SETTLED' ? 'yellow' : 'green')
  }

  print(paint('bold', eventHeader(roomOf(stdout))))
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
    tellCommand(record) {
      printTrade()
      printFold()
      for (const line of commandLines(record, widthOf(stdout))) print(paint('yellow', line))
    },
    end() {
      printTrade()
      printFold()
    },
  }
}

/** The same for a program: every record as one line of JSON. */
export function createJsonLines({ stdout }: Pick<Io, 'stdout'>): Narrator {
  const print = (record: object) => stdout.write(`${JSON.stringify(record)}\n`)
  return { tell: print, tellCommand: print, end() {} }
}

function hasTraded({ execution }: DecisionRecord): boolean {
  return execution?.legs.some(({ filledCoin }) => filledCoin > 0) ?? false
}

/** What two cycles have in common that came to the same: action, symbols, size, outcome, and why. */
function keyOf(record: DecisionRecord): string {
  const { decision, execution, verdict, failure } = record
  const outcome = failure?.code ?? execution?.status ?? null
  const why = verdict?.allowed === false ? verdict.breaches.map(({ code }) => code) : whyIdle(record)
  return JSON.stringify([nameOf(record), decision?.proposal.params ?? null, outcome, why])
}

/** Of a cycle that did nothing, the rules that fired and on what, and the calls that are held. */
function whyIdle({ decision, state }: DecisionRecord): unknown {
  if (decision?.proposal.action !== 'DO_NOTHING') return null
  const held = state?.underlyings.flatMap(({ portfolio }) =>
    portfolio.positions.map(({ instrument }) => instrument.symbol),
  )
  const { modelCall } = decision
  // What the rules say beside a model that decides is nothing that was done.
  if (modelCall?.mode === 'act') return [modelCall.fallback, held ?? []]
  const fired = decision.rules?.filter((rule) => rule.fired).map(({ rule, subject }) => [rule, subject])
  return [fired ?? steady(decision.proposal.reasoning), held ?? []]
}

// Of a policy without rules there are only words: deltas, days and prices in them change with every cycle, the reason
// behind them does not. Digits inside a word are no number: they name a symbol or an order.
function steady(reason: string): string {
  return reason.replace(/(?<=^|[\s(])[-+]?\d[\d.,]*/g, '#')
}

/** What a cycle came to, in a word or two: its action, or what kept it from one. */
export function nameOf({ decision, failure }: DecisionRecord): string {
  const action = decision?.proposal.action ?? 'DO_NOTHING'
  if (action !== 'DO_NOTHING') return actionName(action)
  if (failure !== null) return failure.code === STOPPED ? 'STOPPED' : 'FAILED'
  return decision === null ? 'no decision' : action
}

/** `PAUSE`, `CLOSE all` and the reason that was given, in lines of at most `width` characters. */
export function commandLines({ timeMs, command, symbol, reason }: OperatorRecord, width: number): string[] {
  const what = `${command.toUpperCase()}${symbol === null ? '' : ` ${symbol}`}`
  const head = `${minute(timeMs)}  ${what.padEnd(10)}  `
  const line = `${head}${reason}`
  if (line.length <= width) return [line]
  return [head.trimEnd(), ...wrapped(reason, width - INDENT.length).map((words) => `${INDENT}${words}`)]
}

/** Why a cycle came to what it did: what failed, what was refused, or else what the policy says. */
export function reasonOf({ decision, verdict, failure, state, policy }: DecisionRecord): string {
  if (failure !== null) return failure.code === STOPPED ? failure.message : `${failure.code}: ${failure.message}`
  if (verdict?.allowed === false) return refusalWords(verdict)
  const reasoning = decision?.proposal.reasoning ?? ''
  const isIdle = decision?.proposal.action === 'DO_NOTHING' && policy !== 'closing'
  return isIdle ? [reasoning, ...waitingWords(state?.memory)].join(' ') : reasoning
}

/** What keeps the agent from selling until a person says otherwise. */
function waitingWords(memory: AgentMemory | undefined): string[] {
  if (memory?.mode === 'reduce-only') return [`Paused. ${RESUME}`]
  return memory?.guards.latched == null ? [] : [`Nothing is sold (${memory.guards.latched.code}). ${RESUME}`]
}

const RESUME = '"ccagent resume --reason …" ends that.'

/** Reasons that a person reads; all of them are in the log. */
const MAX_REASONS = 3

/** The first reasons, and what a person can do where one has to. */
function refusalWords({ reasons, breaches }: Extract<VerdictRecord, { allowed: false }>): string {
  const more = reasons.length - MAX_REASONS
  return [
    ...reasons.slice(0, MAX_REASONS),
    ...(more > 0 ? [`And ${more} more ${more === 1 ? 'reason' : 'reasons'}.`] : []),
    ...(breaches.some(({ code }) => UNTIL_RESUMED.has(code)) ? [RESUME] : []),
  ].join(' ')
}

/** What holds until a person resumes. */
const UNTIL_RESUMED: ReadonlySet<string> = new Set<BreachCode>([
  'reduce-only-mode',
  'repeated-execution',
  'delivery-missing',
  'rejects-in-a-row',
])
