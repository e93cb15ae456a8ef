import type { AgentState, Currency, ProposedAction } from '@cc/models'

/**
 * What a choice is like. All that is said must hold; a number that the state does not have holds of nothing. Numbers are
 * of the call that is sold, or where nothing is, of the one that is bought back.
 */
export type Predicate = {
  action: ProposedAction['action']
  currency?: Currency
  strike?: number
  strikeBelow?: number
  strikeAbove?: number
  deltaBelow?: number
  deltaAbove?: number
  /** Days to expiry. */
  daysBelow?: number
  daysAbove?: number
  /** Edge of the call that is sold, coin per coin. */
  edgeBelow?: number
  edgeAbove?: number
  /** Of a roll: bid of what is sold less ask of what is bought back, coin per coin. */
  creditBelow?: number
  creditAbove?: number
  /** Size, coin. */
  sizeBelow?: number
  sizeAbove?: number
}

/** An action without its reasoning. */
export type Choice = Pick<ProposedAction, 'action' | 'params'>

/** Whether a choice fits one of the predicates. */
export function fitsOne(predicates: readonly Predicate[], choice: Choice, state: AgentState): boolean {
  const terms = termsOf(choice, state)
  return predicates.some((predicate) => fits(predicate, terms))
}

/** The same text for the same tuple. */
export function nameOfChoice({ action, params }: Choice): string {
  const words = Object.entries(params).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [action, ...words.map(([name, value]) => `${name}=${value}`)].join(' ')
}

type Terms = {
  action: Predicate['action']
  currency: Currency | undefined
  strike: number | undefined
  delta: number | undefined
  days: number | undefined
  edge: number | undefined
  credit: number | undefined
  size: number | undefined
}

function termsOf({ action, params }: Choice, { underlyings }: AgentState): Terms {
  const soldSymbol =
    'toSymbol' in params ? params.toSymbol : action === 'OPEN_COVERED_CALL' ? symbolIn(params) : undefined
  const boughtSymbol =
    'fromSymbol' in params ? params.fromSymbol : action === 'CLOSE_COVERED_CALL' ? symbolIn(params) : undefined
  const sold = underlyings
    .flatMap(({ candidates }) => candidates)
    .find(({ instrument }) => instrument.symbol === soldSymbol)
  const bought = underlyings
    .flatMap(({ portfolio }) => portfolio.positions)
    .find(({ instrument }) => instrument.symbol === boughtSymbol)
  const traded = sold ?? bought
  const askPriceCoin = bought?.askPriceCoin ?? undefined
  return {
    action,
    currency: traded?.instrument.currency,
    strike: traded?.instrument.strikeUsd,
    delta: traded?.delta ?? undefined,
    days: traded?.dte,
    edge: sold?.edgeCoin ?? undefined,
    credit: sold === undefined || askPriceCoin === undefined ? undefined : sold.bidPriceCoin - askPriceCoin,
    size: 'size' in params ? params.size : undefined,
  }
}

function symbolIn(params: Choice['params']): string | undefined {
  return 'symbol' in params ? params.symbol : undefined
}

function fits(predicate: Predicate, terms: Terms): boolean {
  const { action, currency, strike } = predicate
  const isSame = <T>(wanted: T | undefined, found: T | undefined) => wanted === undefined || wanted === found
  return (
    action === terms.action &&
    isSame(currency, terms.currency) &&
    isSame(strike, terms.strike) &&
    lies(terms.strike, predicate.strikeAbove, predicate.strikeBelow) &&
    lies(terms.delta, predicate.deltaAbove, predicate.deltaBelow) &&
    lies(terms.days, predicate.daysAbove, predicate.daysBelow) &&
    lies(terms.edge, predicate.edgeAbove, predicate.edgeBelow) &&
    lies(terms.credit, predicate.creditAbove, predicate.creditBelow) &&
    lies(terms.size, predicate.sizeAbove, predicate.sizeBelow)
  )
}

/** Strictly between, as far as bounds are told. */
function lies(value: number | undefined, above: number | undefined, below: number | undefined): boolean {
  if (above === undefined && below === undefined) return true
  return value !== undefined && value > (above ?? -Infinity) && value < (below ?? Infinity)
}
