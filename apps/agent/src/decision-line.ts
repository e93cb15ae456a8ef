import type { DecisionRecord, LegResult, ModelCall } from '@cc/models'
import { INDENT } from './event-line.js'
import { nameOf, reasonOf } from './narrator.js'
import { minute, size } from './number-format.js'
import { cut, wrapped } from './terminal-width.js'

type Column = { title: string; width: number; align?: 'right'; wide?: true; text(record: DecisionRecord): string }

/** What every decision has. Columns marked `wide` are left out where the terminal has no room for them. */
const HEAD: readonly Column[] = [
  { title: 'time (UTC)', width: 16, text: ({ startedMs }) => minute(startedMs) },
  { title: 'cycle', width: 6, align: 'right', wide: true, text: ({ cycle }) => String(cycle) },
  { title: 'action', width: 10, text: nameOf },
]
/** What only those have that ask for a trade. */
const TRADE: readonly Column[] = [
  { title: 'symbol', width: 20, text: symbolOf },
  { title: 'size', width: 5, align: 'right', text: ({ decision }) => sizeOf(decision) },
  { title: 'verdict', width: 7, text: ({ verdict }) => verdictWord(verdict) },
  { title: 'execution', width: 10, text: ({ execution }) => execution?.status ?? '' },
]
const WIDE_ROW = 100

/** The titles of the columns that {@link decisionLines} has room for. */
export function decisionHeader(width: number): string {
  return row([...shown(HEAD, width), ...TRADE], ({ title }) => title).trimEnd()
}

/**
 * A decision as one line: an action with its symbol, size, verdict and execution, all else with its reason, cut to the
 * width. Below an action that was refused or failed stand the reasons, and below a roll what it rolls to; where there is
 * room, on the line.
 */
export function decisionLines(record: DecisionRecord, width: number): string[] {
  const head = row(shown(HEAD, width), ({ text }) => text(record))
  if (!asksForTrade(record)) return [cut(`${head}  ${reasonOf(record)}`.trimEnd(), width)]
  const line = row([...shown(HEAD, width), ...TRADE], ({ text }) => text(record)).trimEnd()
  const more = detailOf(record, { wide: width >= WIDE_ROW })
  if (more === '') return [line]
  if (width >= WIDE_ROW && line.length + 2 + more.length <= width) return [`${line}  ${more}`]
  return [line, ...wrapped(more, width - INDENT.length).map((words) => `${INDENT}${words}`)]
}

/** A decision as plain data for a script. The whole of it stands in its line of the log. */
export function decisionFacts(record: DecisionRecord) {
  const { cycle, startedMs, policy, dryRun, decisionId, decision, verdict, execution, failure } = record
  return {
    cycle,
    startedMs,
    time: new Date(startedMs).toISOString(),
    policy,
    dryRun,
    decisionId,
    action: decision?.proposal.action ?? null,
    params: decision?.proposal.params ?? null,
    reasoning: decision?.proposal.reasoning ?? null,
    allowed: verdict?.allowed ?? null,
    breaches: verdict?.allowed === false ? verdict.breaches : [],
    execution: execution?.status ?? null,
    legs: (execution?.legs ?? []).map(
      ({ leg, symbol, side, requestedCoin, filledCoin, averagePriceCoin, feeCoin }) => ({
        leg,
        symbol,
        side,
        requestedCoin,
        filledCoin,
        averagePriceCoin,
        feeCoin,
      }),
    ),
    ...(decision?.modelCall === undefined ? {} : { model: modelFacts(decision.modelCall) }),
    failure: failure && { code: failure.code, message: failure.message },
  }
}

/** What a model was asked, and what it took. */
function modelFacts({ model, mode, menu, choice, confidence, fallback, attempts, costUsd }: ModelCall) {
  return { model, mode, menuLines: menu.length, choice, confidence, fallback, attempts, costUsd }
}

/** `allowed`, `refused`; nothing where none was reached. */
function verdictWord(verdict: DecisionRecord['verdict']): string {
  if (verdict === null) return ''
  return verdict.allowed ? 'allowed' : 'refused'
}

function asksForTrade({ decision }: DecisionRecord): boolean {
  return decision !== null && decision.proposal.action !== 'DO_NOTHING'
}

function symbolOf({ decision }: DecisionRecord): string {
  if (decision === null || decision.proposal.action === 'DO_NOTHING') return ''
  const { params } = decision.proposal
  return 'fromSymbol' in params ? params.fromSymbol : params.symbol
}

function sizeOf(decision: DecisionRecord['decision']): string {
  return decision === null || decision.proposal.action === 'DO_NOTHING' ? '' : size(decision.proposal.params.size)
}

/** What a sale in full came to is told only where it costs no line of its own. */
function detailOf(record: DecisionRecord, { wide }: { wide: boolean }): string {
  const { decision, verdict, execution, failure } = record
  const target = decision?.proposal.action === 'ROLL_COVERED_CALL' ? [`to ${decision.proposal.params.toSymbol}`] : []
  const filled = (execution?.legs ?? []).filter(({ filledCoin }) => filledCoin > 0)
  const trades = wide || target.length > 0 || execution?.status !== 'filled' ? filled.map(tradeWords) : []
  const trouble = failure !== null || verdict?.allowed === false ? [reasonOf(record)] : []
  return [...target, ...trades, ...trouble].join(', ')
}

/** `sold 2 at 0.0125` */
function tradeWords({ side, filledCoin, averagePriceCoin }: LegResult): string {
  const price = averagePriceCoin === null ? '' : ` at ${size(averagePriceCoin)}`
  return `${side === 'sell' ? 'sold' : 'bought'} ${size(filledCoin)}${price}`
}

function shown(columns: readonly Column[], width: number): readonly Column[] {
  return width >= WIDE_ROW ? columns : columns.filter(({ wide }) => !wide)
}

function row(columns: readonly Column[], cell: (column: Column) => string): string {
  return columns
    .map((column) =>
      column.align === 'right' ? cell(column).padStart(column.width) : cell(column).padEnd(column.width),
    )
    .join('  ')
}
