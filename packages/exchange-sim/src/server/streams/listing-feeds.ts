import type { BookState, Currency } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import { expiredFuturesOf, futuresOf, isOver } from '../methods/listing.js'
import { wireFuture } from '../wire/future.js'
import { wireOption } from '../wire/instrument.js'
import type { BookKind, KindFilter } from './channel-name.js'
import type { Feed } from './feed.js'

/** Books that are listed or have expired, of some kinds and currencies. */
type Entry = { readonly name: string; readonly state: BookState; readonly wire: () => object }

/** `instrument.state`: each book whose state is another than before. */
export function instrumentStateFeed(exchange: Exchange, of: KindFilter): Feed {
  return listingFeed(exchange, of, ({ name, state }, before) =>
    state === before ? undefined : { timestamp: exchange.nowMs(), state, instrument_name: name },
  )
}

/** `instrument.creation`: each book that is new on the list, in full. */
export function instrumentCreationFeed(exchange: Exchange, of: KindFilter): Feed {
  return listingFeed(exchange, of, ({ state, wire }, before) =>
    before === undefined && !isOver(state) ? wire() : undefined,
  )
}

function listingFeed(
  exchange: Exchange,
  of: KindFilter,
  told: (entry: Entry, before: BookState | undefined) => object | undefined,
): Feed {
  let states = new Map<string, BookState>()

  return {
    gapMs: 0,
    hearsMarket: true,
    opening() {
      states = new Map(entriesOf(exchange, of).map(({ name, state }) => [name, state]))
      return []
    },
    news() {
      const entries = entriesOf(exchange, of)
      const texts = entries.flatMap((entry) => {
        const message = told(entry, states.get(entry.name))
        return message === undefined ? [] : [JSON.stringify(message)]
      })
      states = new Map(entries.map(({ name, state }) => [name, state]))
      return texts
    },
  }
}

function entriesOf(exchange: Exchange, { kind, currency }: KindFilter): readonly Entry[] {
  const asks = (what: BookKind) => kind === what || kind === 'any'
  return exchange.currencies
    .filter((each) => currency === 'any' || currency === each)
    .flatMap((each) => [
      ...(asks('future') ? futureEntries(exchange, each) : []),
      ...(asks('option') ? optionEntries(exchange, each) : []),
    ])
}

/** What has expired comes first: a book ends before another begins. */
function optionEntries(exchange: Exchange, currency: Currency): readonly Entry[] {
  return [...exchange.expired(currency), ...exchange.instruments(currency)].map((option) => ({
    name: option.symbol,
    state: option.state,
    wire: () => wireOption(option),
  }))
}

function futureEntries(exchange: Exchange, currency: Currency): readonly Entry[] {
  return [...expiredFuturesOf(exchange, currency), ...futuresOf(exchange, currency)].map((future) => ({
    name: future.name,
    state: future.state,
    wire: () => wireFuture(future),
  }))
}
