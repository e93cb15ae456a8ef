import { type DecisionRecord, type ProposedAction, parseSymbol } from '@cc/models'
import { type CallExplanation, explainCall } from '@cc/state'
import { InvalidArgumentError } from 'commander'
import { actionName } from './event-line.js'
import { given } from './flags.js'
import { type Fold, foldedLines } from './folded-lines.js'
import type { Io } from './io.js'
import { rejectionWords, type Span, spanWords } from './rejection-words.js'

/** What became of one call at one decision. */
export type CallAnswer =
  /** Nothing was seen of its coin. */
  | { status: 'not-seen' }
  /** One of `of` that could have been sold, `chosen` where it was. Edge in coin per coin of size. */
  | { status: 'candidate'; rank: number; of: number; edgeCoin: number | null; chosen: boolean }
  | Exclude<CallExplanation, { status: 'candidate' }>

/** Answers "why not this one" for a decision, from its own state. */
export function answerFor({ state, decision }: DecisionRecord, symbol: string): CallAnswer {
  const currency = parseSymbol(symbol)?.currency
  const underlying = state?.underlyings.find((one) => one.currency === currency)
  if (underlying === undefined) return { status: 'not-seen' }
  const explanation = explainCall(underlying, symbol)
  if (explanation.status !== 'candidate') return explanation
  const { status, rank } = explanation
  const edgeCoin = underlying.candidates[rank - 1]?.edgeCoin ?? null
  const chosen = decision !== null && soldBy(decision.proposal) === symbol
  return { status, rank, of: underlying.candidates.length, edgeCoin, chosen }
}

/**
 * Prints what became of a call, decision by decision. Decisions in a row with the same answer are one line, with the
 * least and the most of its numbers.
 */
export function createCallPrinter(symbol: string, { stdout, paint }: Pick<Io, 'stdout' | 'paint'>) {
  let fold: AnswerFold | undefined
  const print = () => {
    if (fold === undefined) return
    for (const line of foldedLines(fold, { what: foldWords(fold) }, { stdout })) stdout.write(`${line}\n`)
  }
  stdout.write(`${paint('bold', `time (UTC)        ${symbol}`)}\n`)
  return {
    tell(record: DecisionRecord) {
      const answer = answerFor(record, symbol)
      const decided = decidedOn(symbol, record)
      const key = keyOf(answer, decided)
      if (fold?.key === key) {
        fold = { ...fold, lastMs: record.startedMs, count: fold.count + 1, spans: widened(fold.spans, answer) }
        return
      }
      print()
      fold = {
        key,
        answer,
        decided,
        firstMs: record.startedMs,
        lastMs: record.startedMs,
        count: 1,
        spans: widened({}, answer),
      }
    },
    end: print,
  }
}

/** A call as Deribit writes it. */
export function readCall(text: string): string {
  if (parseSymbol(given(text))?.kind === 'call') return text
  throw new InvalidArgumentError('Expected a call such as BTC-27MAR26-100000-C.')
}

type AnswerFold = Fold & { key: string; answer: CallAnswer; decided: string; spans: Spans }

/** The least and the most of each number of the answers. */
type Spans = Partial<Record<(typeof NUMBERS)[number], Span>>
const NUMBERS = ['value', 'rank', 'of', 'edgeCoin'] as const

function widened(spans: Spans, answer: CallAnswer): Spans {
  const wide = { ...spans }
  for (const name of NUMBERS) {
    const value: unknown = (answer as Partial<Record<typeof name, unknown>>)[name]
    if (typeof value !== 'number') continue
    const { least, most } = wide[name] ?? { least: value, most: value }
    wide[name] = { least: Math.min(least, value), most: Math.max(most, value) }
  }
  return wide
}

/** What two decisions have in common that gave the same answer: all of it but its numbers, and what was done instead. */
function keyOf(answer: CallAnswer, decided: string): string {
  const { status } = answer
  if (status === 'candidate') return JSON.stringify([status, decided])
  if (status !== 'rejected') return status
  const { reason, limit, value } = answer
  return JSON.stringify([status, reason, limit, typeof value === 'number' ? null : value])
}

function foldWords({ answer, decided, spans }: AnswerFold): string {
  switch (answer.status) {
    case 'not-seen':
      return 'nothing was seen of its coin'
    case 'not-listed':
      return 'not listed'
    case 'rejected': {
      const { reason, limit, value } = answer
      const shown = typeof value === 'string' ? value : (spans.value ?? null)
      return `${reason}: ${rejectionWords(reason, { limit, value: shown })}`
    }
    case 'candidate': {
      const [rank, of, edge] = [spans.rank, spans.of, spans.edgeCoin].map((span) => span && spanWords(span))
      const words = `candidate: rank ${rank} of ${of}, edge ${edge === undefined ? 'not known' : `${edge} per coin`}`
      return `${words}; ${answer.chosen ? 'chosen' : `decided: ${decided}`}`
    }
  }
}

/** `OPEN BTC-27MAR26-100000-C`, `DO_NOTHING (call-open)`: what was decided, and which rules kept its coin from a sale. */
function decidedOn(symbol: string, { decision }: DecisionRecord): string {
  if (decision === null) return 'nothing'
  const { proposal, rules = [] } = decision
  const traded = soldBy(proposal) ?? ('symbol' in proposal.params ? proposal.params.symbol : undefined)
  if (traded !== undefined) return `${actionName(proposal.action)} ${traded}`
  const currency = parseSymbol(symbol)?.currency
  const fired = rules.filter((rule) => rule.fired && rule.subject === currency).map(({ rule }) => rule)
  return `${actionName(proposal.action)}${fired.length === 0 ? '' : ` (${fired.join(', ')})`}`
}

function soldBy({ action, params }: ProposedAction): string | undefined {
  if (action === 'OPEN_COVERED_CALL') return params.symbol
  return action === 'ROLL_COVERED_CALL' ? params.toSymbol : undefined
}
