import type { Scope } from '../method.js'

/** How often a channel speaks at most: at once, every 100 ms, about every second. */
export type Interval = 'raw' | '100ms' | 'agg2'

const BOOK_KINDS = ['future', 'option', 'spot', 'future_combo', 'option_combo', 'combo', 'any'] as const
export type BookKind = (typeof BOOK_KINDS)[number]

/** Books of one kind and currency, of which either may be `any`. */
export type KindFilter = { readonly kind: BookKind; readonly currency: string; readonly instrumentName?: never }
/** The same, or one book. */
export type BookFilter = KindFilter | { readonly instrumentName: string }

/** What the name of a channel asks for. Whether its instrument or index is listed here is another question. */
export type ChannelName =
  | { readonly kind: 'ticker'; readonly instrumentName: string; readonly interval: Interval }
  | { readonly kind: 'incremental-ticker'; readonly instrumentName: string }
  | { readonly kind: 'book'; readonly instrumentName: string; readonly interval: Interval }
  | {
      readonly kind: 'book-window'
      readonly instrumentName: string
      /** `null`: levels as they are. */
      readonly group: number | null
      readonly depth: number
      readonly interval: Interval
    }
  | { readonly kind: 'quote'; readonly instrumentName: string }
  | { readonly kind: 'perpetual'; readonly instrumentName: string; readonly interval: Interval }
  | { readonly kind: 'chart'; readonly instrumentName: string; readonly resolutionMs: number }
  | { readonly kind: IndexChannelKind; readonly indexName: string }
  | { readonly kind: 'instrument-state' | 'instrument-creation'; readonly of: KindFilter }
  | { readonly kind: 'platform-state' | 'public-methods-state' | 'announcements' }
  | { readonly kind: ActivityKind; readonly of: BookFilter; readonly interval: Interval }
  | { readonly kind: 'user-portfolio'; readonly currency: string }
  /** Of what never happens here. */
  | { readonly kind: 'user-silent'; readonly scope: Scope; readonly indexName?: string; readonly of?: BookFilter }

/** What orders and trades do. */
type ActivityKind = 'trades' | 'user-orders' | 'user-trades' | 'user-changes'
export type IndexChannelKind = 'mark-prices' | 'index' | 'volatility-index' | 'expiration-price'

/** Reads the name of a channel; `undefined` for what is none. Source: https://docs.deribit.com/articles/notifications */
export function parseChannelName(name: string): ChannelName | undefined {
  const [first = '', ...rest] = name.split('.')
  return first === 'user' ? userChannel(rest) : publicChannel(first, rest)
}

/** What a token needs to hear it; `null` for what everybody may. */
export function scopeOfChannel(channel: ChannelName): Scope | null {
  switch (channel.kind) {
    case 'user-orders':
    case 'user-trades':
    case 'user-changes':
      return 'trade:read'
    case 'user-portfolio':
      return 'account:read'
    case 'user-silent':
      return channel.scope
    default:
      return null
  }
}

/** Whether it speaks of every change at once, which of public channels only those hear who are known. */
export function isRaw(channel: ChannelName): boolean {
  return 'interval' in channel && channel.interval === 'raw'
}

function publicChannel(first: string, rest: readonly string[]): ChannelName | undefined {
  const [second = '', third = ''] = rest
  switch (first) {
    case 'ticker':
    case 'perpetual':
      return rest.length === 2 ? withInterval(third, { kind: first, instrumentName: second }) : undefined
    case 'incremental_ticker':
      return rest.length === 1 ? { kind: 'incremental-ticker', instrumentName: second } : undefined
    case 'quote':
      return rest.length === 1 ? { kind: 'quote', instrumentName: second } : undefined
    case 'book':
      return rest.length === 2 ? withInterval(third, { kind: 'book', instrumentName: second }) : bookWindow(rest)
    case 'trades':
      return ofBooks('trades', rest)
    case 'chart':
      return second === 'trades' ? chart(rest.slice(1)) : undefined
    case 'instrument':
      return instrumentChannel(rest)
    case 'platform_state':
      if (rest.length === 0) return { kind: 'platform-state' }
      return rest.length === 1 && second === 'public_methods_state' ? { kind: 'public-methods-state' } : undefined
    case 'announcements':
      return rest.length === 0 ? { kind: 'announcements' } : undefined
    case 'markprice':
      return rest.length === 2 && second === 'options' ? { kind: 'mark-prices', indexName: third } : undefined
    default:
      return rest.length === 1 ? indexChannel(first, second) : undefined
  }
}

function userChannel(rest: readonly string[]): ChannelName | undefined {
  const [first, second, ...more] = rest
  switch (first) {
    case 'orders':
    case 'trades':
    case 'changes':
      return ofBooks(`user-${first}`, rest.slice(1))
    case 'portfolio':
      if (second === undefined || more.length > 0) return undefined
      return currencyIn(second, ACCOUNT_CURRENCIES, (currency) => ({ kind: 'user-portfolio', currency }))
    case 'combo_trades': {
      const trades = ofBooks('user-trades', rest.slice(1))
      return trades && { kind: 'user-silent', scope: 'trade:read', of: trades.of }
    }
    case 'mmp_trigger':
      return second === undefined || more.length > 0
        ? undefined
        : { kind: 'user-silent', scope: 'trade:read', indexName: second }
    case 'lock':
    case 'access_log':
      return second === undefined ? { kind: 'user-silent', scope: 'account:read' } : undefined
    default:
      return undefined
  }
}

function ofBooks(kind: ActivityKind, rest: readonly string[]) {
  const [first = '', second = '', third = ''] = rest
  if (rest.length === 2) return withInterval(second, { kind, of: { instrumentName: first } })
  const of = rest.length === 3 ? booksOf(first, second) : undefined
  return of && withInterval(third, { kind, of })
}

function booksOf(kind: string, currency: string): KindFilter | undefined {
  if (!isOneOf(BOOK_KINDS, kind)) return undefined
  return currencyIn(currency, BOOK_CURRENCIES, (known) => ({ kind, currency: known }))
}

function bookWindow([instrumentName = '', group = '', depth = '', interval = '', ...more]: readonly string[]) {
  if (more.length > 0 || !isOneOf(GROUPS, group) || !isOneOf(DEPTHS, depth)) return undefined
  return withInterval(interval, {
    kind: 'book-window',
    instrumentName,
    group: group === 'none' ? null : Number(group),
    depth: Number(depth),
  })
}

function chart([instrumentName = '', resolution = '', ...more]: readonly string[]): ChannelName | undefined {
  if (more.length > 0) return undefined
  if (resolution === '1D' || resolution === 'D')
    return { kind: 'chart', instrumentName, resolutionMs: 1_440 * MINUTE_MS }
  if (!isOneOf(RESOLUTIONS_MIN, resolution)) return undefined
  return { kind: 'chart', instrumentName, resolutionMs: Number(resolution) * MINUTE_MS }
}

function instrumentChannel([what, kind = '', currency = '', ...more]: readonly string[]): ChannelName | undefined {
  if (more.length > 0 || (what !== 'state' && what !== 'creation')) return undefined
  const of = booksOf(kind, currency)
  return of && { kind: `instrument-${what}`, of }
}

function indexChannel(first: string, indexName: string): ChannelName | undefined {
  const kind = INDEX_CHANNELS.get(first)
  return kind && { kind, indexName }
}

function withInterval<Rest extends { kind: ChannelName['kind'] }>(
  word: string,
  rest: Rest,
): (Rest & { interval: Interval }) | undefined {
  return isOneOf(INTERVALS, word) ? { ...rest, interval: word } : undefined
}

/** Clients write currencies in either case. */
function currencyIn<Made>(word: string, known: readonly string[], make: (currency: string) => Made): Made | undefined {
  if (word.toLowerCase() === 'any') return make('any')
  const currency = word.toUpperCase()
  return known.includes(currency) ? make(currency) : undefined
}

function isOneOf<const Word extends string>(words: readonly Word[], word: string): word is Word {
  return (words as readonly string[]).includes(word)
}

const MINUTE_MS = 60_000
const INTERVALS = ['raw', '100ms', 'agg2'] as const
const GROUPS = ['none', '1', '2', '5', '10', '25', '100', '250'] as const
const DEPTHS = ['1', '10', '20'] as const
const RESOLUTIONS_MIN = ['1', '3', '5', '10', '15', '30', '60', '120', '180', '240', '360', '720'] as const
const BOOK_CURRENCIES = ['BTC', 'ETH', 'USDC', 'USDT', 'EURR']
const ACCOUNT_CURRENCIES = [...BOOK_CURRENCIES, 'STETH', 'ETHW', 'SOL', 'XRP', 'USYC', 'PAXG', 'BNB', 'USDE']
const INDEX_CHANNELS: ReadonlyMap<string, IndexChannelKind> = new Map([
  ['deribit_price_index', 'index'],
  ['deribit_volatility_index', 'volatility-index'],
  ['estimated_expiration_price', 'expiration-price'],
])
