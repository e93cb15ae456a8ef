import {
  type AccountSnapshot,
  type AgentMemory,
  type ChainQuote,
  type OptionInstrument,
  type OptionPosition,
  type PortfolioState,
  parseSymbol,
  unresolvedIn,
  type VenuePosition,
} from '@cc/models'
import { moneyness } from '@cc/pricing'
import { type Datum, type DatumReader, deltaOf, type Listing } from './readings.js'

/**
 * The account as the agent judges it. A position of a listed option is quoted from the chain; an option that no
 * longer lists or has no row there goes to `otherPositions`, is named missing, leaves the book's delta unknown, and
 * still commits its coins if it is a short call. Positions of size 0 are dropped.
 */
export function assemblePortfolio(
  account: AccountSnapshot,
  market: { listings: readonly Listing[]; spotUsd: number; memory: AgentMemory },
  data: DatumReader,
): PortfolioState {
  const listings = new Map(market.listings.map((listing) => [listing.instrument.symbol, listing]))
  const positions: OptionPosition[] = []
  const otherPositions: PortfolioState['otherPositions'][number][] = []
  for (const held of account.positions) {
    if (held.sizeCoin === 0) continue
    const position = held.kind === 'option' ? data.read(`positions.${held.symbol}`, quoted(held, listings)) : null
    if (position !== null) positions.push(position)
    else otherPositions.push({ symbol: held.symbol, kind: held.kind, sizeCoin: held.sizeCoin })
  }
  const instruments = new Map(market.listings.map(({ instrument }) => [instrument.symbol, instrument]))
  return {
    timestampMs: account.timestampMs,
    balanceCoin: account.balanceCoin,
    equityCoin: account.equityCoin,
    equityUsd: account.equityCoin * market.spotUsd,
    marginBalanceCoin: account.marginBalanceCoin,
    initialMarginCoin: account.initialMarginCoin,
    maintenanceMarginCoin: account.maintenanceMarginCoin,
    availableFundsCoin: account.availableFundsCoin,
    marginUsedPct: data.read('portfolio.marginUsedPct', marginUsedPct(account)),
    optionsDeltaCoin: data.read('portfolio.optionsDeltaCoin', optionsDelta(positions, otherPositions)),
    deltaTotalCoin: account.deltaTotalCoin,
    positions,
    otherPositions,
    openOrders: account.openOrders,
    coverage: coverageOf(account, instruments, market.memory),
  }
}

/**
 * Counts the coins that may cover short calls, and those that already do.
 *
 * Covering: cash, less losses of the futures session, reserves and the coin value of short futures. Option values
 * are left out: a short call pays less than one coin per coin, so its liability is the coin it commits.
 * Committed: short calls, the rest of resting sells of calls, and sells of unknown outcome that do not rest.
 * A short option that cannot be told to be a put counts as a call; long calls give no credit.
 */
export function coverageOf(
  account: AccountSnapshot,
  instruments: ReadonlyMap<string, OptionInstrument>,
  memory: AgentMemory,
): PortfolioState['coverage'] {
  const { balanceCoin, futuresSessionPnlCoin, reservedCoin, positions, openOrders, currency } = account
  const short = (kind: 'option' | 'future') => positions.filter((held) => held.kind === kind && held.sizeCoin < 0)
  const mayBeCall = ({ symbol }: { symbol: string }) =>
    (instruments.get(symbol)?.kind ?? parseSymbol(symbol)?.kind) !== 'put'

  const shortFutures = sum(short('future').map((held) => -held.sizeCoin))
  const coveredCoin = Math.max(0, balanceCoin + Math.min(0, futuresSessionPnlCoin) - reservedCoin - shortFutures)

  const shortCalls = short('option').filter(mayBeCall)
  const restingSells = openOrders.filter((order) => order.state === 'open' && order.side === 'sell' && mayBeCall(order))
  const resting = new Set(openOrders.map((order) => order.label))
  const unknownSells = unresolvedIn(currency, memory).filter(
    (send) => send.side === 'sell' && mayBeCall(send) && !resting.has(send.label),
  )
  const committedCoin = sum([
    ...shortCalls.map((held) => -held.sizeCoin),
    ...restingSells.map((order) => order.sizeCoin - order.filledCoin),
    ...unknownSells.map((send) => send.sizeCoin),
  ])
  return { coveredCoin, committedCoin, freeCoin: Math.max(0, coveredCoin - committedCoin) }
}

function quoted(held: VenuePosition, listings: ReadonlyMap<string, Listing>): Datum<OptionPosition> {
  const listing = listings.get(held.symbol)
  if (listing === undefined) return { missing: 'the venue no longer lists it' }
  if (listing.quote === undefined) return { missing: 'the chain does not quote it' }
  return { value: positionOf(held, listing, listing.quote) }
}

function positionOf(held: VenuePosition, listing: Listing, quote: ChainQuote): OptionPosition {
  const { instrument, dte } = listing
  const { strikeUsd, kind } = instrument
  const { forwardUsd } = quote
  return {
    instrument,
    sizeCoin: held.sizeCoin,
    averagePriceCoin: held.averagePriceCoin,
    markPriceCoin: quote.markPriceCoin,
    bidPriceCoin: quote.bidPriceCoin,
    askPriceCoin: quote.askPriceCoin,
    markIv: quote.markIv,
    forwardUsd,
    delta: deltaOf(listing),
    dte,
    moneyness: moneyness({ forwardUsd, strikeUsd }),
    inTheMoney: kind === 'call' ? forwardUsd > strikeUsd : forwardUsd < strikeUsd,
  }
}

function marginUsedPct({ initialMarginCoin, marginBalanceCoin }: AccountSnapshot): Datum<number> {
  if (marginBalanceCoin > 0) return { value: (initialMarginCoin / marginBalanceCoin) * 100 }
  return { missing: `the margin balance is ${marginBalanceCoin} coin` }
}

function optionsDelta(
  positions: readonly OptionPosition[],
  otherPositions: PortfolioState['otherPositions'],
): Datum<number> {
  let deltaCoin = 0
  const unknown = otherPositions.filter(({ kind }) => kind === 'option').map(({ symbol }) => symbol)
  for (const { instrument, sizeCoin, delta } of positions) {
    if (delta === null) unknown.push(instrument.symbol)
    else deltaCoin += sizeCoin * delta
  }
  return unknown.length === 0 ? { value: deltaCoin } : { missing: `no delta of ${unknown.join(', ')}` }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
