import type { MarginQuote, RiskGuards, UnderlyingState } from '@cc/models'
import { type Garbage, garbageIn } from './garbage.js'
import { guardOf } from './guards.js'
import { type Sale, saleOf } from './sale.js'
import { type SendWindow, sendWindows } from './sends.js'
import { shortCallsOf } from './short-calls.js'
import { type Basis, isHeld, type Margins, type Trade } from './trade.js'
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
  /** Highest price of the buy-back. */
  buyAtCoin(): number | undefined
  sellAt(): SellBounds | undefined
  /** The trade as a sale to project; `undefined` when nothing is sold, or it could not happen as proposed. */
  sale(): Sale | undefined
}

export function caseOf(basis: Basis): Case {
  const { state, margins, trade, limits } = basis
  const { close, open } = trade
  const quote = once(() => dearestQuote(trade, margins))
  const buyAtCoin = once(() => close?.option && worstBuyPrice(close.option, limits.collar))
  const sellAt = once(() => open?.option && sellBounds(open.option, limits.collar, quote()))
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
    buyAtCoin,
    sellAt,
    sale: once(() => projected(basis, buyAtCoin(), sellAt())),
  }
}

function accountsOf({ close, open }: Trade): UnderlyingState[] {
  const [closing, opening] = [close?.underlying, open?.underlying]
  const accounts = closing === undefined ? [] : [closing]
  return opening === undefined || opening === closing ? accounts : [...accounts, opening]
}

function dearestQuote({ open, sizeCoin }: Trade, margins: Margins): MarginQuote | undefined {
  if (margins === 'formula') return undefined
  return margins
    .filter((quote) => quote.symbol === open?.symbol && quote.side === 'sell' && quote.sizeCoin === sizeCoin)
    .sort((a, b) => b.initialMarginCoin - a.initialMarginCoin)[0]
}

function projected({ state, trade }: Basis, buyAtCoin: number | undefined, sellAt: SellBounds | undefined) {
  const { close, open, sizeCoin } = trade
  if (open?.underlying === undefined || open.option === undefined || sellAt === undefined) return undefined
  const { underlying } = open
  const sold = { option: open.option, priceCoin: sellAt.worstCoin }
  const shorts = () => shortCallsOf(underlying, state.memory)
  if (close === undefined) return saleOf({ underlying, sizeCoin, sold, boughtBack: undefined, shorts: shorts() })

  if (close.underlying !== underlying || close.option === undefined || buyAtCoin === undefined) return undefined
  if (!isHeld(close, sizeCoin)) return undefined
  const boughtBack = { option: close.option, priceCoin: buyAtCoin }
  return saleOf({ underlying, sizeCoin, sold, boughtBack, shorts: shorts() })
}

/** Computes at the first call; where that throws, every call throws. */
function once<T>(compute: () => T): () => T {
  let known: { value: T } | undefined
  return () => {
    known ??= { value: compute() }
    return known.value
  }
}
