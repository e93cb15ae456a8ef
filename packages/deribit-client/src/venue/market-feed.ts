import { bookStateSchema, type Currency, type OptionInstrument, parseSymbol } from '@cc/models'
import { channels } from '../streams/channels.js'
import type { WireInstrument } from '../wire/instrument.js'
import type { WireInstrumentState } from '../wire/state-notifications.js'
import type { WireTicker } from '../wire/ticker.js'
import { type FollowedChannel, followChannel } from './followed-channel.js'
import type { JoinedReads } from './joined-reads.js'
import { createKeptIndices, type KeptIndices } from './kept-index.js'
import { createKeptListing, type FollowedListing } from './kept-listing.js'
import { createKeptLocks, type KeptLocks } from './kept-lock.js'
import { createKeptTickers, type KeptTickers } from './kept-tickers.js'
import { optionInstrumentOf, readListing } from './option-instruments.js'
import { indexNameOf } from './settlement.js'
import type { StreamVenueClient } from './venue-client.js'

/** What is kept of a market that is heard. */
export type MarketFeed = {
  readonly listing: FollowedListing
  readonly tickers: KeptTickers
  readonly indices: KeptIndices
  readonly locks: KeptLocks
  /** What is listed in a currency, and from then on heard. */
  listed(currency: Currency): Promise<readonly OptionInstrument[]>
  /** The same of a listing that is kept; `undefined` where it would be asked for. */
  knownListed(currency: Currency): readonly OptionInstrument[] | undefined
  /** Resolves when the exchange has accepted or refused the channels that tell of more than one option. */
  readonly settled: Promise<unknown>
  /** Hears each time that a ticker or an index was told. */
  watch(onTold: () => void): () => void
  close(): void
}

/**
 * How much later than an index a ticker of the same moment may come: `agg2` tells what has changed within two seconds, and
 * the index is a second old when the next is told.
 */
const LAG_MS = 3_000

/**
 * Hears a market: `ticker.{symbol}.agg2` of every listed option, the indices, the states of books, what is listed and what
 * is locked.
 *
 * Of the channels that tell an option's quote, `agg2` is taken for safety: each notification is whole, so that one that was
 * lost or could not be read is mended by the next. `incremental_ticker` has less to send, but no number by which a gap would
 * show: a bid that went unheard would stand until it changes again. `100ms` says the same up to twenty times as often. A
 * thousand options come to about a megabyte a second, a few hundredths of a core.
 */
export function createMarketFeed(
  client: StreamVenueClient,
  { currencies, join }: { currencies: readonly Currency[]; join: JoinedReads },
): MarketFeed {
  const attach = client.streams.attach
  const nowMs = () => client.clock.now()
  const knownNowMs = () => (client.clock.uncertaintyMs() === undefined ? Number.NEGATIVE_INFINITY : nowMs())
  const watchers = new Set<() => void>()
  const tell = () => {
    for (const watcher of [...watchers]) watcher()
  }
  const states = new Map<Currency, FollowedChannel>()
  const creations: FollowedChannel[] = []

  const listing = createKeptListing((wanted) => readListing(client, wanted), {
    nowMs,
    join,
    isFollowed: (currency) => states.get(currency)?.isLive() === true,
  })
  const indices = createKeptIndices(
    attach,
    new Map(currencies.map((currency) => [currency, channels.priceIndex(indexNameOf(currency))])),
    tell,
  )
  const tickers = createKeptTickers(attach, {
    channelOf: (symbol) => channels.ticker(symbol, 'agg2'),
    indexOf: (currency) => indices.get(currency),
    lagMs: LAG_MS,
    onTicker: hearTicker,
  })
  const locks = createKeptLocks(client, () => platform.isLive())
  const platform: FollowedChannel = followChannel(
    attach,
    { channel: channels.platformState(), onData: (told) => locks.hear(told), onVoid: () => locks.forget() },
    knownNowMs,
  )
  for (const currency of currencies) {
    const of = { kind: 'option', currency } as const
    const onVoid = () => listing.forget(currency)
    states.set(
      currency,
      followChannel(attach, { channel: channels.instrumentState(of), onData: hearState, onVoid }, knownNowMs),
    )
    creations.push(
      followChannel(attach, { channel: channels.instrumentCreation(of), onData: hearCreation, onVoid }, knownNowMs),
    )
  }
  const followed = [platform, ...states.values(), ...creations]

  function follow(currency: Currency, instruments: readonly OptionInstrument[]): void {
    if (!currencies.includes(currency)) return
    const aliveMs = nowMs()
    tickers.follow(
      currency,
      instruments.filter(({ expiryMs }) => expiryMs > aliveMs).map(({ symbol }) => symbol),
    )
  }

  function knownListed(currency: Currency): readonly OptionInstrument[] | undefined {
    const instruments = listing.known(currency)?.instruments
    if (instruments !== undefined) follow(currency, instruments)
    return instruments
  }

  function hearTicker(currency: Currency, { instrument_name, state, timestamp }: WireTicker): void {
    if (state != null) {
      const known = bookStateSchema.safeParse(state)
      listing.setState({ currency, symbol: instrument_name, state: known.data ?? 'inactive', atMs: timestamp })
    }
    tell()
  }

  function hearState({ instrument_name, state, timestamp }: WireInstrumentState): void {
    const currency = parseSymbol(instrument_name)?.currency
    if (currency === undefined) return
    const known = bookStateSchema.safeParse(state)
    const change = { currency, symbol: instrument_name, state: known.data ?? 'inactive', atMs: timestamp }
    // A state of another time's words, or of an option that is not known: the exchange is to say what it lists.
    if (!known.success || !listing.setState(change)) listing.forget(currency)
  }

  function hearCreation(row: WireInstrument): void {
    const currency = parseSymbol(row.instrument_name)?.currency
    if (currency === undefined) return
    try {
      const instrument = optionInstrumentOf(row)
      if (instrument === undefined) return
      listing.add(instrument, row.creation_timestamp ?? 0)
      knownListed(currency)
    } catch {
      // It contradicts itself. Asked for the listing, the exchange may still say it otherwise, or whoever asks is told.
      listing.forget(currency)
    }
  }

  return {
    listing,
    tickers,
    indices,
    locks,
    async listed(currency) {
      const instruments = await listing.instruments(currency)
      follow(currency, instruments)
      return instruments
    },
    knownListed,
    settled: Promise.all(followed.map(({ settled }) => settled)),
    watch(onTold) {
      watchers.add(onTold)
      return () => void watchers.delete(onTold)
    },
    close() {
      for (const channel of followed) channel.close()
      tickers.close()
      indices.close()
      watchers.clear()
    },
  }
}
