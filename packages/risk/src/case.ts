import type { MarginQuote, RiskGuards, UnderlyingState } from '@cc/models'
import { type Garbage, garbageIn } from './garbage.js'
import { guardOf } from './guards.js'
import type { RiskLimits } from './options.js'
import { type Sale, saleOf, type WorstTrade } from './sale.js'
import { type SendWindow, sendWindows } from './sends.js'
import { shortCallsOf } from './short-calls.js'
import {
  type Basis,
  type CloseLeg,
  isHeld,
  type Margins,
  type OfferedOption,
  type OpenLeg,
  type Trade,
} from './trade.js'
import { type SellBounds, sellBounds, worstBuyPrice } from './worst-price.js'

/** A trade on its state, and what the checks share: computed by the first that asks. */
export type Case = Basis & {
  /** The accounts that the trade touches: one, but for a roll between coins. */
  accounts: readonly UnderlyingState[]
  /** Numbers that a check of this trade reads and that are none. */
  garbage(): readonly Garbage[]
  guards(): RiskGuards
  /** What was sent of late in its accounts. */
  sends(): readonly SendWindow[]
  /** The venue's dearest answer for the sale. */
  quote(): MarginQuote | undefined
  /** The buy-back at its highest price; `undefined` when nothing is bought that is a position and has an ask. */
  buyAt(): WorstTrade | undefined
  /** What is sold, and how low; `undefined` when nothing is sold that is offered and has a bid. */
  sellAt(): BoundSale | undefined
  /** The trade as a sale to project; `undefined` when nothing is sold, or it could not happen as proposed. */
  sale(): Sale | undefined
}

/** A call that is offered, the account that would sell it, and the prices that its sale may take. */
type BoundSale = SellBounds & { underlying: UnderlyingState; option: OfferedOption }

export function caseOf(basis: Basis): Case {
  const { state, margins, trade, limits } = basis
  const { close, open } = trade
  const quote = once(() => open && dearestQuote(open.symbol, trade.sizeCoin, margins))
  const buyAt = once(() => worstBuy(close, limits))
  const sellAt = once(() => boundSale(open, limits, quote))
  const accounts = accountsOf(trade)
  return {
    state,
    nowMs: basis.nowMs,
    margins,
    trade,
    limits,
    accounts,
    sends: once(() =>
      accounts.flatMap(({ currency }) => sendWindows(currency, { ...basis, sells: open !== undefined }, limits)),
    ),
    garbage: once(() => garbageIn(basis)),
    guards: once(() => guardOf(state, limits)),
    quote,
    buyAt,
    sellAt,
    sale: once(() => projected(basis, buyAt(), sellAt())),
  }
}

function accountsOf({ close, open }: Trade): UnderlyingState[] {
  const [closing, opening] = [close?.underlying, open?.underlying]
  const accounts = closing === undefined ? [] : [closing]
  return opening === undefined || opening === closing ? accounts : [...accounts, opening]
}

function dearestQuote(symbol: string, sizeCoin: number, margins: Margins): MarginQuote | undefined {
  if (margins === 'formula') return undefined
  return margins
    .filter((quote) => quote.symbol === symbol && quote.side === 'sell' && quote.sizeCoin === sizeCoin)
    .sort((a, b) => b.initialMarginCoin - a.initialMarginCoin)[0]
}

function worstBuy(close: CloseLeg | undefined, { collar }: RiskLimits): WorstTrade | undefined {
  if (close?.option === undefined) return undefined
  const { option } = close
  const priceCoin = worstBuyPrice(option, collar)
  return priceCoin === undefined ? undefined : { option, priceCoin }
}

function boundSale(open: OpenLeg | undefined, { collar }: RiskLimits, quote: Case['quote']): BoundSale | undefined {
  if (open?.option === undefined) return undefined
  const { underlying, option } = open
  const bounds = sellBounds(option, collar, quote())
  return bounds && { ...bounds, underlying, option }
}

function projected({ state, trade }: Basis, buyAt: WorstTrade | undefined, sellAt: BoundSale | undefined) {
  if (sellAt === undefined) return undefined
  const { close, sizeCoin } = trade
  const { underlying, option, worstCoin: priceCoin } = sellAt
  const saleAfter = (boughtBack: WorstTrade | undefined): Sale =>
    saleOf({
      underlying,
      sizeCoin,
      sold: { option, priceCoin },
      boughtBack,
      shorts: shortCallsOf(underlying, state.memory),
    })
  if (close === undefined) return saleAfter(undefined)
  const canHappen = buyAt !== undefined && close.underlying === underlying && isHeld(close, sizeCoin)
  return canHappen ? saleAfter(buyAt) : undefined
}

/** Computes at the first call; where that throws, every call throws. */
function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    known ??= { value: compute() }
    return known.value
  }
}
