import type { LogLine } from '@cc/logging'
import type { DecisionRecord, ProposedAction, VerdictRecord } from '@cc/models'
import { actionName } from './event-line.js'
import { type Fold, foldedLines } from './folded-lines.js'
import type { Io } from './io.js'
import { size } from './number-format.js'
import type { Change, Replay, Skipped } from './replay.js'
import { widthOf, wrapped } from './terminal-width.js'

/** What a whole replay came to, in decisions. */
export type ReplayCounts = {
  decisions: number
  same: number
  different: number
  /** Different, though policy and settings are the same. */
  broken: number
  /** The same, but for other words or numbers. */
  reworded: number
  /** Made again without calls that might count now. */
  mayLack: number
  skipped: Partial<Record<Skipped, number>>
}
type ReplaySummary = ReplayCounts & { changes: readonly Change[] }

/** Tells a replay, decision by decision, and what it came to. */
export type ReplayPrinter = {
  tell(again: Replay, record: DecisionRecord, place: Pick<LogLine<unknown>, 'file' | 'lineNumber'>): void
  end(summary: ReplaySummary): void
}

/** Prints the decisions that differ, those in a row that differ in the same way as one, and a summary below. */
export function createReplayPrinter({ stdout, paint }: Pick<Io, 'stdout' | 'paint'>): ReplayPrinter {
  let fold: (Fold & { what: string; why: string }) | undefined
  let isFirst = true
  const print = (line: string) => stdout.write(`${line}\n`)

  function printFold(): void {
    if (fold === undefined) return
    if (isFirst) print(paint('bold', 'time (UTC)        recorded → replayed'))
    isFirst = false
    for (const line of foldedLines(fold, fold, { stdout })) print(line)
    fold = undefined
  }

  return {
    tell(again, { startedMs }) {
      if (again.outcome !== 'different') {
        printFold()
        return
      }
      const what = differenceWords(again)
      if (fold?.what === what) {
        fold = { ...fold, lastMs: startedMs, count: fold.count + 1 }
        return
      }
      printFold()
      fold = { firstMs: startedMs, lastMs: startedMs, count: 1, what, why: whyWords(again) }
    },
    end(summary) {
      printFold()
      if (!isFirst) print('')
      for (const text of summaryTexts(summary)) for (const line of wrapped(text, widthOf(stdout))) print(line)
    },
  }
}

type Different = Extract<Replay, { outcome: 'different' | 'same' }>

function differenceWords({ recorded, replayed, verdict }: Different): string {
  if (verdict === null) return `${recorded === null ? 'no decision' : actionWords(recorded)} → ${actionWords(replayed)}`
  return `${actionWords(replayed)}: ${verdictWords(verdict.recorded)} → ${verdictWords(verdict.replayed)}`
}

function whyWords({ replayed, verdict }: Different): string {
  if (verdict === null) return replayed.reasoning
  const { recorded, replayed: after } = verdict
  if (!after.allowed) return after.reasons.join(' ')
  return recorded.allowed ? 'It is allowed within other bounds.' : `Then: ${recorded.reasons.join(' ')}`
}

function verdictWords({ allowed }: VerdictRecord): string {
  return allowed ? 'allowed' : 'refused'
}

/** `OPEN 2 BTC-27MAR26-100000-C` */
function actionWords({ action, params }: ProposedAction): string {
  const name = actionName(action)
  if ('fromSymbol' in params) return `${name} ${size(params.size)} ${params.fromSymbol} to ${params.toSymbol}`
  return 'symbol' in params ? `${name} ${size(params.size)} ${params.symbol}` : name
}

function summaryTexts(summary: ReplaySummary): string[] {
  const { decisions, same, different, broken, reworded, mayLack, skipped, changes } = summary
  const made = same + different
  const settings =
    changes.length === 0 ? 'under the settings of the log' : `with ${changes.map(changeWords).join(', ')}`
  const result = different === 0 ? 'all came to the same' : `${different} came to something else`
  const left = Object.entries(skipped).map(([why, count]) => `${count} ${why}`)
  return [
    `${made} of ${decisions} decisions made again by rules, ${settings}: ${result}.`,
    ...(left.length === 0 ? [] : [`Not made again: ${left.join(', ')}.`]),
    ...(broken === 0
      ? []
      : [`${broken} of them should not have: policy and settings are the same. This log does not replay.`]),
    ...(changes.length > 0 || different === broken
      ? []
      : [`${different - broken} need not come to the same: another policy decided, or an earlier version wrote them.`]),
    ...(reworded === 0 || changes.length > 0
      ? []
      : [`${reworded} came to the same action for other reasons or numbers.`]),
    ...(mayLack === 0
      ? []
      : [
          `In ${mayLack}, calls that were left out then might count now. The log has no prices of them: they stay out.`,
        ]),
    ...(changes.length === 0 || different === 0
      ? []
      : ['Each is made from what was seen at its time, not from what would have followed.']),
  ]
}

/** `DELTA_MAX=0.25 (environment) instead of 0.35` */
function changeWords({ key, from, to, origin }: Change): string {
  const name = key === 'maxSizeCoin' ? 'sales of at most ' : `${key}=`
  return `${name}${valueWords(to)} (${origin}) instead of ${valueWords(from)}`
}

function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'unset'
  if (typeof value !== 'object') return String(value)
  return (
    Object.entries(value)
      .map(([coin, amount]) => `${coin}=${amount}`)
      .join(',') || 'the default'
  )
}
