import type {
  AgentMemory,
  AgentState,
  BreachCode,
  CandidateOption,
  Currency,
  MarginQuote,
  OptionPosition,
  OrderReport,
  PortfolioState,
  ProposedAction,
  UnderlyingState,
} from '@cc/models'
import type { RiskLimits } from '@cc/risk'
import { unitsOf } from './amounts.ts'
import { type Book, buyCeiling, type SellRange, sellRange } from './prices.ts'

/** What a verdict is predicted from. */
export type Question = {
  state: AgentState
  proposal: ProposedAction
  nowMs: number
  margins: readonly MarginQuote[]
  limits: RiskLimits
}

/** A call that would be sold, `sizeUnits` of it, at `worst` or above. */
export type Sale = Leg & { candidate: CandidateOption; range: SellRange | null; quote: MarginQuote | undefined }
/** A call that would be bought back, at `worst` or below. */
export type Exit = Leg & { position: OptionPosition }
type Leg = { symbol: string; size: bigint; book: Book; worst: bigint | null; underlying: UnderlyingState }

/** What a proposal comes to on a state. `undefined`: it has no such leg, or the state knows nothing to trade by it. */
export type Case = Question & {
  sells: boolean
  buys: boolean
  sale: Sale | undefined
  exit: Exit | undefined
}

/** Collects breaches. `near` says of a comparison of fractions that both answers are right: see `ratioAbove`. */
export type Findings = { add(code: BreachCode): void; near(code: BreachCode): void }

/** Finds the legs of a proposal in the state. */
export function caseOf(question: Question): Case {
  const { proposal, state, limits } = question
  const [sells, buys] = legsOf(proposal)
  const sale = sells === undefined ? undefined : saleOf(sells, question)
  const exit = buys === undefined ? undefined : exitOf(buys, state, limits)
  return { ...question, sells: sells !== undefined, buys: buys !== undefined, sale, exit }
}

export type Wanted = { symbol: string; size: number }

/** What a proposal sells, and what it buys back. */
export function legsOf({ action, params }: ProposedAction): readonly [Wanted | undefined, Wanted | undefined] {
  if (action === 'OPEN_COVERED_CALL') return [params, undefined]
  if (action === 'CLOSE_COVERED_CALL') return [undefined, params]
  if (action !== 'ROLL_COVERED_CALL') return [undefined, undefined]
  const { fromSymbol, toSymbol, size } = params
  return [
    { symbol: toSymbol, size },
    { symbol: fromSymbol, size },
  ]
}

const MONTHS = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC'

/** Reads a symbol such as `BTC-27MAR26-100000-C`; `undefined` for what is none of an option. */
export function readSymbol(symbol: string): { currency: Currency; expiryMs: number; isCall: boolean } | undefined {
  const [coin, date = '', strike = '', kind, ...rest] = symbol.split('-')
  const day = Number.parseInt(date, 10)
  const [month, year] = [date.slice(-5, -2), date.slice(-2)]
  const place = MONTHS.indexOf(month)
  const isWritten = `${day}${month}${year}` === date && /^[1-9]\d*$/.test(strike) && place % 3 === 0 && place >= 0
  if (!isWritten || rest.length > 0 || (coin !== 'BTC' && coin !== 'ETH') || (kind !== 'C' && kind !== 'P')) return
  const expiryMs = Date.UTC(2000 + Number(year), place / 3, day, 8)
  return new Date(expiryMs).getUTCDate() === day ? { currency: coin, expiryMs, isCall: kind === 'C' } : undefined
}

/** Whether an order, a send or a position may be of a call: what cannot be read may be. */
export function mayBeCall({ symbol }: { symbol: string }): boolean {
  return readSymbol(symbol)?.isCall !== false
}

/** The account that a symbol is of. */
export function accountOf(symbol: string, { underlyings }: AgentState): UnderlyingState | undefined {
  const currency = readSymbol(symbol)?.currency
  return underlyings.find((underlying) => underlying.currency === currency)
}

/** What of memory is of a currency: a symbol that cannot be read may be of any. */
export function inCurrency<T extends { symbol: string }>(entries: readonly T[], currency: Currency): readonly T[] {
  return entries.filter(({ symbol }) => (readSymbol(symbol)?.currency ?? currency) === currency)
}

/** What an order has not traded yet, in units. */
export function restOf({ sizeCoin, filledCoin }: OrderReport): bigint {
  const rest = unitsOf(sizeCoin) - unitsOf(filledCoin)
  return rest > 0n ? rest : 0n
}

/** Orders that rest. */
export function restingOf({ openOrders }: PortfolioState, side: 'buy' | 'sell'): readonly OrderReport[] {
  return openOrders.filter((order) => order.state === 'open' && order.side === side)
}

/** Sells of unknown outcome that do not rest under the same label, calls as far as one can tell. */
export function unknownSells({ currency, portfolio }: UnderlyingState, memory: AgentMemory): AgentMemory['unresolved'] {
  const resting = new Set(portfolio.openOrders.map(({ label }) => label))
  return inCurrency(memory.unresolved, currency).filter(
    (send) => send.side === 'sell' && mayBeCall(send) && !resting.has(send.label),
  )
}

function saleOf({ symbol, size }: Wanted, { state, limits, margins }: Question): Sale | undefined {
  for (const underlying of state.underlyings) {
    const candidate = underlying.candidates.find(({ instrument }) => instrument.symbol === symbol)
    if (candidate === undefined) continue
    const book = bookOf(candidate)
    const quote = quoteFor(margins, symbol, unitsOf(size))
    const range = sellRange(book, limits, unitsOf(quote?.minPriceCoin ?? 0))
    return { symbol, size: unitsOf(size), candidate, underlying, book, range, quote, worst: range?.worst ?? null }
  }
  return undefined
}

function exitOf({ symbol, size }: Wanted, state: AgentState, limits: RiskLimits): Exit | undefined {
  for (const underlying of state.underlyings) {
    const position = underlying.portfolio.positions.find(({ instrument }) => instrument.symbol === symbol)
    if (position === undefined) continue
    const book = bookOf(position)
    return { symbol, size: unitsOf(size), position, underlying, book, worst: buyCeiling(book, limits) }
  }
  return undefined
}

/** The venue's dearest quote for this sale: of the same call, side and size. */
function quoteFor(margins: readonly MarginQuote[], symbol: string, size: bigint): MarginQuote | undefined {
  return margins
    .filter((quote) => quote.symbol === symbol && quote.side === 'sell' && unitsOf(quote.sizeCoin) === size)
    .sort((left, right) => right.initialMarginCoin - left.initialMarginCoin)[0]
}

function bookOf({ instrument, bidPriceCoin, askPriceCoin, markPriceCoin }: OptionPosition | CandidateOption): Book {
  const price = (coin: number | null) => (coin === null ? null : unitsOf(coin))
  return { instrument, bid: price(bidPriceCoin), ask: price(askPriceCoin), mark: unitsOf(markPriceCoin) }
}
