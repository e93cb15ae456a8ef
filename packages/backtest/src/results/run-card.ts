import { createHash } from 'node:crypto'
import type { BacktestRun } from '../run/backtest-run.js'
import { canonicalText } from './canonical-text.js'
import { checkBook } from './check-book.js'
import type { CoinResult, RunCard } from './result.js'
import type { SummaryContext } from './summary-context.js'
import { VERDICT_MIN_DAYS, VERDICT_MIN_SALES } from './verdict.js'

/** Tells how a run was made and what a reader must know about it. */
export function runCard(run: BacktestRun, context: SummaryContext, results: readonly CoinResult[]): RunCard {
  const { codeVersion, preset, seed, fill, reproduce } = context
  const { policy, history, configuration } = run
  const deposits = run.books.map(({ currency, depositCoin, rows }) => ({
    ...{ currency, depositCoin, fromMs: rows[0]?.timeMs, toMs: rows.at(-1)?.timeMs },
  }))
  // What is assumed of the same files, such as the sizes at their quotes, makes another history of them.
  const { checksum, kind, assumptions } = history.card
  const read = { checksum, kind, assumptions }
  const decisive = { codeVersion, policy, preset, seed, fill, history: read, configuration, deposits }
  return {
    runHash: createHash('sha256').update(canonicalText(decisive)).digest('hex'),
    ...{ codeVersion, policy, preset, seed, fill, configuration, reproduce },
    history: history.card,
    warnings: warningsOf(run, results),
  }
}

function warningsOf(run: BacktestRun, results: readonly CoinResult[]): string[] {
  const { kind, gaps, badRows } = run.history.card
  const warnings: string[] = []
  if (kind !== 'recorded') warnings.push(`Nobody quoted these prices: the history is ${kind}.`)
  for (const book of run.books) {
    const { currency } = book
    const own = gaps.filter((gap) => gap.currency === currency && isWithin(gap, book))
    const longestMs = Math.max(0, ...own.map(({ fromMs, toMs }) => toMs - fromMs))
    const longest = counted(hours(longestMs), 'hour')
    if (own.length === 1) warnings.push(`${currency}: a gap of ${longest} in the history.`)
    if (own.length > 1) {
      warnings.push(`${currency}: ${own.length} gaps in the history, the longest of ${longest}.`)
    }
    const lastMs = run.history.chains.get(currency)?.timeMs.at(-1)
    if (lastMs !== undefined && (book.rows.at(-1)?.timeMs ?? lastMs) - lastMs > DAY_MS) {
      warnings.push(
        `${currency}: no quotes after ${textOf(lastMs)}; index and marks at the end of the run are of then.`,
      )
    }
  }
  if (badRows.count > 0) warnings.push(`${counted(badRows.count, 'bad row')} of the history left out.`)
  const failed = run.notes.filter(({ failure }) => failure !== null).length
  if (failed > 0) warnings.push(`${counted(failed, 'cycle')} failed.`)
  const stale = run.notes.filter(({ refusals }) => refusals.includes('state-stale')).length
  if (stale > 0) {
    const proposals = counted(stale, 'proposal was', 'proposals were')
    warnings.push(`${proposals} refused: the quotes were too old to trade on, as between two snapshots.`)
  }
  for (const [i, book] of run.books.entries()) {
    const result = results[i]
    if (result !== undefined) warnings.push(...bookWarnings(book, result).map((text) => `${book.currency}: ${text}`))
  }
  return warnings
}

function bookWarnings(book: BacktestRun['books'][number], { calls, stories, fromMs, toMs }: CoinResult): string[] {
  const warnings: string[] = []
  const days = (toMs - fromMs) / DAY_MS
  if (calls.sales < VERDICT_MIN_SALES) {
    warnings.push(`${counted(calls.sales, 'call')} sold; figures of fewer than ${VERDICT_MIN_SALES} say little.`)
  }
  if (days < VERDICT_MIN_DAYS) {
    warnings.push(
      `${counted(Math.max(1, Math.round(days)), 'day')} long; figures of fewer than ${VERDICT_MIN_DAYS} say little.`,
    )
  }
  const open = stories.filter(({ end }) => end === 'open').length
  if (open > 0) warnings.push(`${counted(open, 'call')} open at the end, counted at the mark.`)
  const findings = checkBook(book)
  const [first] = findings
  if (first !== undefined) {
    const where = first.symbol === null ? '' : ` of ${first.symbol}`
    warnings.push(
      `the account breaks ${counted(findings.length, 'identity', 'identities')}: ${first.code}${where} is ${first.actual}, expected ${first.expected}.`,
    )
  }
  return warnings
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

function hours(durationMs: number): number {
  return Math.round(durationMs / 3_600_000)
}

/** Whether any of a gap lies in the time of a book. */
function isWithin(gap: { fromMs: number; toMs: number }, { rows }: BacktestRun['books'][number]): boolean {
  return gap.fromMs < (rows.at(-1)?.timeMs ?? Number.NEGATIVE_INFINITY) && gap.toMs > (rows[0]?.timeMs ?? 0)
}

/** `2026-05-31 18:04 UTC`. */
function textOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const DAY_MS = 86_400_000
