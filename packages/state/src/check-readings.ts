import {
  type AccountSnapshot,
  CcError,
  type ChainQuote,
  type Currency,
  type OptionChain,
  type OptionInstrument,
  type OptionQuote,
  type OrderReport,
  parseSymbol,
  type VenuePosition,
} from '@cc/models'
import { perFixedList } from './fixed-list.js'
import type { MarketReadings, UnderlyingReadings } from './readings.js'

/**
 * Refuses a market that no state can be computed from: a part of another currency, a symbol that stands twice, a
 * number that is none. What can be missing by itself is not refused: a volatility that is out of range, a book without
 * a side, history with gaps.
 *
 * @throws CcError `state/bad-reading`, recovery `skip`, naming part, row, field and value, and what was expected
 */
export function checkMarket(readings: MarketReadings): void {
  const { currency, chain, instruments, instrumentsMs, index } = readings
  const placeOf = placesOf(currency)
  checkFields({ instrumentsMs }, [['instrumentsMs', WHOLE]], placeOf('instruments'))
  checkChain(chain, checkedSymbols[currency](instruments), placeOf)
  checkCurrency(index, placeOf('index'))
  checkFields(index, [...TIME_STAMP, ['indexUsd', POSITIVE]], placeOf('index'))
  checkHistories(readings, placeOf)
}

/** The same of account and tickers. */
export function checkAccountAndTickers({ currency, account, tickers }: AccountReadings): void {
  checkAccount(account, placesOf(currency))
  if (tickers !== null) checkTickers(tickers, placesOf(currency))
}

type AccountReadings = Pick<UnderlyingReadings, 'currency' | 'account' | 'tickers'>

function checkAccount(account: AccountSnapshot, placeOf: PlaceOf): void {
  const { positions, openOrders } = account
  checkCurrency(account, placeOf('account'))
  checkFields(account, ACCOUNT_FIELDS, placeOf('account'))
  checkUnique(positions, 'positions', placeOf)
  for (const [row, position] of positions.entries()) {
    checkFields(position, POSITION_FIELDS, placeOf('positions', row, position.symbol))
    checkCoin(position, placeOf('positions', row, position.symbol))
  }
  for (const [row, order] of openOrders.entries()) {
    checkFields(order, ORDER_FIELDS, placeOf('openOrders', row, order.symbol))
    checkCoin(order, placeOf('openOrders', row, order.symbol))
  }
}

/** The symbols of a list, in its order and as a set. */
type ListedSymbols = { inOrder: readonly string[]; listed: ReadonlySet<string> }

/** A list that was found sound and cannot change is sound. */
const checkedSymbols: Readonly<Record<Currency, (instruments: readonly OptionInstrument[]) => ListedSymbols>> = {
  BTC: perFixedList((instruments) => checkInstruments(instruments, placesOf('BTC'))),
  ETH: perFixedList((instruments) => checkInstruments(instruments, placesOf('ETH'))),
}

function checkInstruments(instruments: readonly OptionInstrument[], placeOf: PlaceOf): ListedSymbols {
  const { currency } = placeOf('instruments')
  for (let row = 0; row < instruments.length; row += 1) {
    const instrument = instruments[row] as OptionInstrument
    const fault = instrumentFault(instrument)
    if (fault === undefined && instrument.currency === currency) continue
    const place = placeOf('instruments', row, instrument.symbol)
    checkCurrency(instrument, place)
    checkFields(instrument, fault === undefined ? [] : [fault], place)
  }
  return {
    inOrder: instruments.map(({ symbol }) => symbol),
    listed: checkUnique(instruments, 'instruments', placeOf),
  }
}

function checkChain(chain: OptionChain, { inOrder, listed }: ListedSymbols, placeOf: PlaceOf): void {
  const { currency } = placeOf('chain')
  checkCurrency(chain, placeOf('chain'))
  checkFields(chain, TIME_STAMP, placeOf('chain'))
  let isInOrder = chain.quotes.length === inOrder.length
  for (let row = 0; row < chain.quotes.length; row += 1) {
    const quote = chain.quotes[row] as ChainQuote
    const fault = quoteFault(quote)
    if (fault !== undefined) checkFields(quote, [fault], placeOf('chain', row, quote.symbol))
    // What is listed has been looked at, and mostly the chain is in the order of the listing.
    if (quote.symbol === inOrder[row]) continue
    isInOrder = false
    if (listed.has(quote.symbol) || parseSymbol(quote.symbol)?.currency === currency) continue
    const expected = `the symbol of a coin-settled ${currency} option`
    throw badReading(placeOf('chain', row, quote.symbol), { field: 'symbol', value: quote.symbol, expected })
  }
  // What is in the order of the listing stands once as that does.
  if (!isInOrder) checkUnique(chain.quotes, 'chain', placeOf)
}

/** Whether the bars of a history are sound is for those who compute from it: what is not is missing then. */
function checkHistories({ candles, dvolHours, dvolDays }: MarketReadings, placeOf: PlaceOf): void {
  const parts = [
    ['candles', candles, 'candles'],
    ['dvolHours', dvolHours, 'dvol'],
    ['dvolDays', dvolDays, 'dvol'],
  ] as const
  for (const [part, history, expected] of parts) {
    if (!('value' in history)) continue
    checkCurrency(history.value, placeOf(part))
    const value = history.value.kind
    if (value !== expected) throw badReading(placeOf(part), { field: 'kind', value, expected })
  }
}

function checkTickers(tickers: NonNullable<UnderlyingReadings['tickers']>, placeOf: PlaceOf): void {
  for (const [row, [symbol, ticker]] of [...tickers].entries()) {
    if (!('value' in ticker)) continue
    const { value } = ticker
    const place = placeOf('tickers', row, symbol)
    if (value.symbol !== symbol) throw badReading(place, { field: 'symbol', value: value.symbol, expected: symbol })
    const fault = quoteFault(value)
    checkFields(value, fault === undefined ? TICKER_FIELDS : [fault], place)
  }
}

/** Spelled out, for of these rows there are a thousand. */
function instrumentFault(instrument: OptionInstrument): Rule<OptionInstrument> | undefined {
  if (!POSITIVE.allows(instrument.strikeUsd)) return ['strikeUsd', POSITIVE]
  if (!WHOLE.allows(instrument.expiryMs)) return ['expiryMs', WHOLE]
  if (!POSITIVE.allows(instrument.tickSizeCoin)) return ['tickSizeCoin', POSITIVE]
  if (!TICK_STEPS.allows(instrument.tickSteps)) return ['tickSteps', TICK_STEPS]
  if (!POSITIVE.allows(instrument.minSizeCoin)) return ['minSizeCoin', POSITIVE]
  if (!POSITIVE.allows(instrument.sizeStepCoin)) return ['sizeStepCoin', POSITIVE]
  if (!NOT_NEGATIVE.allows(instrument.makerFeeRate)) return ['makerFeeRate', NOT_NEGATIVE]
  if (!NOT_NEGATIVE.allows(instrument.takerFeeRate)) return ['takerFeeRate', NOT_NEGATIVE]
  return undefined
}

function quoteFault(quote: ChainQuote): Rule<ChainQuote> | undefined {
  const { bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd, openInterestCoin, volumeCoin } = quote
  if (bidPriceCoin !== null && !isPositive(bidPriceCoin)) return ['bidPriceCoin', POSITIVE_OR_NONE]
  if (askPriceCoin !== null && !isPositive(askPriceCoin)) return ['askPriceCoin', POSITIVE_OR_NONE]
  if (!isNotNegative(markPriceCoin)) return ['markPriceCoin', NOT_NEGATIVE]
  // Whether a volatility is one of a coin is judged where it is used.
  if (markIv !== null && !isNotNegative(markIv)) return ['markIv', NOT_NEGATIVE_OR_NONE]
  if (!isPositive(forwardUsd)) return ['forwardUsd', POSITIVE]
  if (openInterestCoin !== null && !isNotNegative(openInterestCoin)) return ['openInterestCoin', NOT_NEGATIVE_OR_NONE]
  if (volumeCoin !== null && !isNotNegative(volumeCoin)) return ['volumeCoin', NOT_NEGATIVE_OR_NONE]
  return undefined
}

function checkFields<T>(row: T, rules: readonly Rule<T>[], place: Place): void {
  for (const [field, { allows, expected }] of rules) {
    if (!allows(row[field])) throw badReading(place, { field, value: row[field], expected })
  }
}

function checkUnique(rows: readonly { symbol: string }[], part: string, placeOf: PlaceOf): ReadonlySet<string> {
  const seen = new Set<string>()
  for (let row = 0; row < rows.length; row += 1) {
    const { symbol: value } = rows[row] as { symbol: string }
    if (seen.add(value).size > row) continue
    throw badReading(placeOf(part, row, value), { field: 'symbol', value, expected: 'to stand once' })
  }
  return seen
}

/** What is held may be a future, whose name is not read here, but no other coin's option. */
function checkCoin({ symbol }: { symbol: string }, place: Place): void {
  const coin = parseSymbol(symbol)?.currency ?? place.currency
  if (coin === place.currency) return
  throw badReading(place, { field: 'symbol', value: symbol, expected: `an instrument of ${place.currency}` })
}

function checkCurrency({ currency }: { currency: Currency }, place: Place): void {
  if (currency === place.currency) return
  throw badReading(place, { field: 'currency', value: currency, expected: place.currency })
}

/** Where something was read; `row` counts from 0. */
type Place = { currency: Currency; part: string; row: number | null; symbol: string | undefined }
type PlaceOf = (part: string, row?: number | null, symbol?: string) => Place

function placesOf(currency: Currency): PlaceOf {
  return (part, row = null, symbol) => ({ currency, part, row, symbol })
}

function badReading(
  { currency, part, row, symbol }: Place,
  { field, value, expected }: { field: string; value: unknown; expected: string },
): CcError {
  const where = [`${currency} ${part}`, row === null ? [] : `row ${row}`, symbol ?? []].flat().join(', ')
  const told = wordOf(value)
  return new CcError(`${where}: ${field} is ${told}, expected ${expected}.`, {
    code: 'state/bad-reading',
    recovery: 'skip',
    facts: { currency, part, row, ...(symbol === undefined ? {} : { symbol }), field, value: told, expected },
  })
}

/** What can be logged of a value: JSON would write NaN as null. */
function wordOf(value: unknown): string | number | null {
  if (value === null || Number.isFinite(value)) return value as number | null
  return typeof value === 'object' || typeof value === 'string' ? JSON.stringify(value) : String(value)
}

/** What a field must be: the words for it, and the test. */
type Demand = { expected: string; allows(value: unknown): boolean }
type Rule<T> = readonly [field: keyof T & string, demand: Demand]

const isPositive = (value: unknown) => typeof value === 'number' && value > 0 && value < Infinity
const isNotNegative = (value: unknown) => typeof value === 'number' && value >= 0 && value < Infinity

const FINITE: Demand = { expected: 'a finite number', allows: Number.isFinite }
const POSITIVE: Demand = { expected: 'a finite number > 0', allows: isPositive }
const NOT_NEGATIVE: Demand = { expected: 'a finite number >= 0', allows: isNotNegative }
const POSITIVE_OR_NONE: Demand = {
  expected: 'a finite number > 0, or null for none',
  allows: (value) => value === null || isPositive(value),
}
const NOT_NEGATIVE_OR_NONE: Demand = {
  expected: 'a finite number >= 0, or null for none',
  allows: (value) => value === null || isNotNegative(value),
}
const WHOLE: Demand = { expected: 'whole milliseconds', allows: Number.isSafeInteger }
const TICK_STEPS: Demand = {
  expected: 'steps of finite numbers > 0',
  allows: (steps) =>
    (steps as OptionInstrument['tickSteps']).every(
      (step) => isPositive(step.abovePriceCoin) && isPositive(step.tickSizeCoin),
    ),
}

const TIME_STAMP = [['timestampMs', WHOLE]] as const
const ACCOUNT_FIELDS: readonly Rule<AccountSnapshot>[] = [
  ...TIME_STAMP,
  ['balanceCoin', FINITE],
  ['equityCoin', FINITE],
  ['optionsValueCoin', FINITE],
  ['futuresSessionPnlCoin', FINITE],
  ['marginBalanceCoin', FINITE],
  ['initialMarginCoin', NOT_NEGATIVE],
  ['maintenanceMarginCoin', NOT_NEGATIVE],
  ['availableFundsCoin', FINITE],
  ['reservedCoin', NOT_NEGATIVE],
  ['deltaTotalCoin', FINITE],
]
const POSITION_FIELDS: readonly Rule<VenuePosition>[] = [
  ['sizeCoin', FINITE],
  ['averagePriceCoin', NOT_NEGATIVE_OR_NONE],
  ['markPriceCoin', NOT_NEGATIVE_OR_NONE],
]
const ORDER_FIELDS: readonly Rule<OrderReport>[] = [
  ['sizeCoin', POSITIVE],
  ['priceCoin', POSITIVE],
  ['filledCoin', NOT_NEGATIVE],
  ['createdMs', WHOLE],
]
const TICKER_FIELDS: readonly Rule<OptionQuote>[] = [
  ...TIME_STAMP,
  ['bidSizeCoin', POSITIVE_OR_NONE],
  ['askSizeCoin', POSITIVE_OR_NONE],
  ['indexUsd', POSITIVE],
]
