import {
  type AccountSnapshot,
  type AgentState,
  CcError,
  type Currency,
  type MarketSource,
  type OptionQuote,
  type Venue,
  type VenueHistory,
} from '@cc/models'
import { draftUnderlying, type UnderlyingDraft } from './assemble.js'
import { shortlistOf } from './candidates.js'
import type { Datum } from './datum.js'
import type { StateOptions } from './options.js'
import type { MarketReadings, UnderlyingReadings } from './readings.js'
import { candleDaysOf } from './realised.js'
import type { VolMemory } from './vol-state.js'

/** What was read in one go, the venue's time when the last of it was in, and what the market alone gives at that time. */
export type VenueReadings = {
  source: MarketSource
  venue: AgentState['venue']
  timeMs: number
  underlyings: readonly { readings: UnderlyingReadings; draft: UnderlyingDraft }[]
}

/**
 * Reads what the states of all underlyings are computed from: the accounts, then the market, then the tickers of each
 * shortlist, then the accounts again, which count. Where positions moved meanwhile, what was read in between may be of
 * the one book or of the other: market, tickers and accounts are read once more.
 *
 * @throws CcError of the venue; `state/positions-moved`, recovery `skip`, where they moved again; `state/bad-reading`
 * @throws the signal's reason once it is aborted, between the reads
 */
export async function readVenue(
  venue: Venue,
  options: StateOptions,
  { signal, kept }: { signal?: AbortSignal | undefined; kept?: ReadonlyMap<Currency, VolMemory> | undefined } = {},
): Promise<VenueReadings> {
  const readAccounts = () => forEach(options.underlyings, (currency) => venue.broker.account(currency))
  signal?.throwIfAborted()
  const [{ source, testnet, locked, clockErrorMs }, first] = await Promise.all([venue.market.status(), readAccounts()])
  let before = first
  for (let round = 1; ; round += 1) {
    signal?.throwIfAborted()
    const markets = await forEach(options.underlyings, (currency) => readMarket(venue, currency, options))
    signal?.throwIfAborted()
    const draftedMs = venue.clock.now()
    const draft = (market: MarketReadings, timeMs: number) =>
      draftUnderlying(market, { timeMs, kept: kept?.get(market.currency) }, options)
    const drafts = markets.map((market) => draft(market, draftedMs))
    const tickers = await forEach(drafts, (drafted) =>
      options.readTickers ? readTickers(venue, shortlistOf(drafted, options)) : null,
    )
    signal?.throwIfAborted()
    const after = await readAccounts()
    signal?.throwIfAborted()
    const moved = movedBetween(before, after)
    if (moved === undefined) {
      const timeMs = venue.clock.now()
      const underlyings = markets.map((market, at) => ({
        readings: { ...market, account: after[at] as AccountSnapshot, tickers: tickers[at] ?? null },
        draft: timeMs === draftedMs ? (drafts[at] as UnderlyingDraft) : draft(market, timeMs),
      }))
      return { source, venue: { testnet, locked, clockErrorMs }, timeMs, underlyings }
    }
    if (round === MOST_ROUNDS) throw positionsMoved(moved)
    before = after
  }
}

/** Everything is asked for in one breath: a client then joins what one request answers, such as the index and the chain. */
async function readMarket(
  { market, clock }: Venue,
  currency: Currency,
  { volHorizonDays }: StateOptions,
): Promise<MarketReadings> {
  const toMs = clock.now()
  const history = (kind: VenueHistory['kind'], { days, resolutionMs }: { days: number; resolutionMs: number }) =>
    optional(market.history(currency, { kind, fromMs: toMs - days * DAY_MS, toMs, resolutionMs }))
  const [chain, instruments, index, candles, dvolHours, dvolDays] = await Promise.all([
    market.chain(currency),
    market.instruments(currency),
    market.indexPrice(currency),
    history('candles', { days: candleDaysOf(volHorizonDays), resolutionMs: HOUR_MS }),
    history('dvol', { days: 2, resolutionMs: HOUR_MS }),
    history('dvol', { days: DAYS_OF_IV_RANK, resolutionMs: DAY_MS }),
  ])
  return { currency, chain, instruments, instrumentsMs: toMs, index, candles, dvolHours, dvolDays }
}

async function readTickers(
  { market }: Venue,
  symbols: readonly string[],
): Promise<ReadonlyMap<string, Datum<OptionQuote>>> {
  const tickers = await forEach(symbols, (symbol) => optional(market.quote(symbol)))
  return new Map(symbols.map((symbol, at) => [symbol, tickers[at] as Datum<OptionQuote>]))
}

/** A reading that the agent can do without, unless its failure stops the agent. */
async function optional<T>(reading: Promise<T>): Promise<Datum<T>> {
  try {
    return { value: await reading }
  } catch (error) {
    if (!CcError.isInstance(error) || error.recovery === 'halt') throw error
    return { missing: error.code }
  }
}

type Moved = { currency: Currency; before: readonly string[]; after: readonly string[] }

/** The first currency whose positions are not the same in both reads. */
function movedBetween(before: readonly AccountSnapshot[], after: readonly AccountSnapshot[]): Moved | undefined {
  for (const [at, { currency, positions }] of after.entries()) {
    const moved = { currency, before: sizesOf(before[at]?.positions ?? []), after: sizesOf(positions) }
    if (moved.before.join() !== moved.after.join()) return moved
  }
  return undefined
}

function sizesOf(positions: AccountSnapshot['positions']): readonly string[] {
  return positions.flatMap(({ symbol, sizeCoin }) => (sizeCoin === 0 ? [] : [`${symbol} ${sizeCoin}`])).sort()
}

function positionsMoved({ currency, before, after }: Moved): CcError {
  return new CcError(`The ${currency} positions moved while the market was read, twice in a row.`, {
    code: 'state/positions-moved',
    recovery: 'skip',
    facts: { currency, before, after },
  })
}

function forEach<T, R>(values: readonly T[], read: (value: T, at: number) => R): Promise<Awaited<R>[]> {
  return Promise.all(values.map(read))
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAYS_OF_IV_RANK = 366
const MOST_ROUNDS = 2
