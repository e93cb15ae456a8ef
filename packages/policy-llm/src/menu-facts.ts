import type { CandidateOption, Currency, OptionPosition, UnderlyingState } from '@cc/models'
import { purchaseCostCoin } from '@cc/pricing'
import type { MenuItem, PromptValue } from './menu-item.js'
import { significant } from './significant.js'

/** What a menu tells of each of its lines, in this order; the standing text says what each means. */
export const MENU_COLUMNS = [
  'action',
  'coin',
  'held',
  'size',
  'dte',
  'delta',
  'otm',
  'bid_iv',
  'premium',
  'premium_year_pct',
  'edge',
  'edge_year_pct',
  'spread_pct',
  'open_interest',
  'margin',
  'cash',
  'strike_lift',
  'days_added',
] as const
type MenuColumn = (typeof MENU_COLUMNS)[number]
/** All columns by name: numbers with 4 significant digits, `null` for what is unknown or does not apply. */
export type MenuFacts = Readonly<Record<MenuColumn, PromptValue>> & MenuItem['facts']

/** A short call under the number that it has in the prompt. */
export type HeldCall = { held: number; underlying: UnderlyingState; position: OptionPosition }

/** A call that could be sold, and what a menu tells of it apart from size. */
export type Sale = { candidate: CandidateOption; facts: MenuFacts }

/** The short calls of all underlyings, numbered from 1 in the order of the state: what `held` means in a prompt. */
export function heldCalls(underlyings: readonly UnderlyingState[]): readonly HeldCall[] {
  return underlyings
    .flatMap((underlying) => underlying.portfolio.positions.map((position) => ({ underlying, position })))
    .filter(({ position: { instrument, sizeCoin } }) => instrument.kind === 'call' && sizeCoin < 0)
    .map((call, index) => ({ held: index + 1, ...call }))
}

/** The word for a coin; `null` where a state made by hand names another. */
export function coinWord(currency: Currency): Currency | null {
  return currency === 'BTC' || currency === 'ETH' ? currency : null
}

/** An amount of a coin as a share of the coins that may cover calls; `null` where there are none. */
export function shareOfCover(amountCoin: number | null, { portfolio }: UnderlyingState): number | null {
  const { coveredCoin } = portfolio.coverage
  return amountCoin === null || !(coveredCoin > 0) ? null : significant(amountCoin / coveredCoin)
}

/** Of doing nothing. */
export const HOLD_FACTS: MenuFacts = {
  ...{ action: 'HOLD', coin: null, held: null, size: null, dte: null, delta: null, otm: null, bid_iv: null },
  ...{ premium: null, premium_year_pct: null, edge: null, edge_year_pct: null, spread_pct: null, open_interest: null },
  ...{ margin: null, cash: null, strike_lift: null, days_added: null },
}

/** Of a sale, apart from its size. Premium, edge and margin are coin per coin; a year has 365 days. */
export function saleFacts(candidate: CandidateOption, { currency }: UnderlyingState): MenuFacts {
  const { dte, delta, moneyness, bidIv, netPremiumCoin, annualisedYieldPct, edgeCoin } = candidate
  const { spreadPct, openInterestCoin, initialMarginCoin } = candidate
  const premium = significant(netPremiumCoin)
  return {
    ...HOLD_FACTS,
    action: 'OPEN',
    coin: coinWord(currency),
    dte: significant(dte),
    delta: significant(delta),
    otm: significant(moneyness),
    bid_iv: significant(bidIv),
    premium,
    premium_year_pct: significant(annualisedYieldPct),
    edge: significant(edgeCoin),
    edge_year_pct: edgeCoin === null ? null : significant((edgeCoin / dte) * YEAR_PCT),
    spread_pct: significant(spreadPct),
    open_interest: significant(openInterestCoin),
    margin: significant(initialMarginCoin),
    cash: premium,
  }
}

/** Of a purchase of the whole of a held call. */
export function closeFacts({ held, underlying, position }: HeldCall, sizeCoin: number): MenuFacts {
  const costCoin = buyBackCostCoin(position)
  return {
    ...HOLD_FACTS,
    action: 'CLOSE',
    coin: coinWord(underlying.currency),
    held,
    size: shareOfCover(sizeCoin, underlying),
    cash: costCoin === null ? null : significant(-costCoin),
  }
}

/** Of a roll of so many coins: what `sale` says of the call that is sold, and how the two compare. */
export function rollFacts(call: HeldCall, sizeCoin: number, { candidate, facts }: Sale): MenuFacts {
  const { held, underlying, position } = call
  const costCoin = buyBackCostCoin(position)
  return {
    ...facts,
    action: 'ROLL',
    held,
    size: shareOfCover(sizeCoin, underlying),
    cash: costCoin === null ? null : significant(candidate.netPremiumCoin - costCoin),
    strike_lift: significant(candidate.instrument.strikeUsd / position.instrument.strikeUsd - 1),
    days_added: significant(candidate.dte - position.dte),
  }
}

const YEAR_PCT = 36_500

/** What one coin of a call costs at its ask with the fee, coin; `null` where nobody offers it. */
function buyBackCostCoin({ askPriceCoin, instrument }: OptionPosition): number | null {
  const { takerFeeRate: feeRate } = instrument
  if (askPriceCoin === null || !(askPriceCoin >= 0 && feeRate >= 0 && Number.isFinite(askPriceCoin + feeRate)))
    return null
  return purchaseCostCoin({ sizeCoin: 1, priceCoin: askPriceCoin, feeRate })
}
