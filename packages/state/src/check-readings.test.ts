import { type AccountSnapshot, CcError, type ChainQuote, type OptionInstrument } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  account,
  dailyDvol,
  ethWorld,
  hourly,
  NOW_MS,
  position,
  quoteOf,
  readingsOf,
  restingOrder,
  tickerOf,
  world,
} from '../test/fake-venue.js'
import { checkAccountAndTickers, checkMarket } from './check-readings.js'
import type { UnderlyingReadings } from './readings.js'

const sound = readingsOf()
const [first, second] = world().instruments as [OptionInstrument, OptionInstrument]
const OVER_ZERO_OR_NONE = 'a finite number > 0, or null for none'

/** The error of the readings with these changes; fails where there is none. */
function errorOf(changes: Partial<UnderlyingReadings>): CcError {
  try {
    checkReadings({ ...sound, ...changes })
  } catch (error) {
    if (CcError.isInstance(error)) return error
    throw error
  }
  throw new Error('The readings were found sound.')
}

/** The sound chain but for the second row. */
function chainWith(changes: Partial<ChainQuote>): Partial<UnderlyingReadings> {
  const quotes = sound.chain.quotes.map((quote, row) => (row === 1 ? { ...quote, ...changes } : quote))
  return { chain: { ...sound.chain, quotes } }
}

function instrumentsWith(changes: Partial<OptionInstrument>): Partial<UnderlyingReadings> {
  return { instruments: sound.instruments.map((each, row) => (row === 1 ? { ...each, ...changes } : each)) }
}

function accountWith(changes: Partial<AccountSnapshot>): Partial<UnderlyingReadings> {
  return { account: account(changes) }
}

describe('sound readings', () => {
  it('pass', () => {
    expect(() => checkReadings(sound)).not.toThrow()
    expect(() => checkReadings({ ...sound, tickers: null, candles: { missing: 'none' } })).not.toThrow()
  })

  it.each<{ why: string; changes: Partial<UnderlyingReadings> }>([
    { why: 'a mark of 0', changes: chainWith({ markPriceCoin: 0 }) },
    { why: 'an IV of 0', changes: chainWith({ markIv: 0 }) },
    { why: 'an IV of 5000 %', changes: chainWith({ markIv: 50 }) },
    { why: 'no IV', changes: chainWith({ markIv: null }) },
    { why: 'a crossed book', changes: chainWith({ bidPriceCoin: 0.02, askPriceCoin: 0.01 }) },
    { why: 'an empty book', changes: chainWith({ bidPriceCoin: null, askPriceCoin: null }) },
    { why: 'an empty chain', changes: { chain: { ...sound.chain, quotes: [] } } },
    { why: 'a row of what is not listed', changes: { instruments: sound.instruments.slice(1) } },
    { why: 'an instrument without a row', changes: { chain: { ...sound.chain, quotes: sound.chain.quotes.slice(1) } } },
    { why: 'an instrument that has expired', changes: instrumentsWith({ expiryMs: NOW_MS - 1 }) },
    { why: 'debts', changes: accountWith({ balanceCoin: -1, equityCoin: -1, availableFundsCoin: -1 }) },
    { why: 'a future', changes: accountWith({ positions: [position('BTC-PERPETUAL', -1, 'future')] }) },
    { why: 'an option whose name cannot be read', changes: accountWith({ positions: [position('BTC-STRANGE', 1)] }) },
    { why: 'a ticker that failed', changes: { tickers: new Map([[first.symbol, { missing: 'venue/no' }]]) } },
    { why: 'history with NaN in it', changes: { candles: { value: hourly([Number.NaN]) } } },
  ])('may have $why', ({ changes }) => {
    expect(() => checkReadings({ ...sound, ...changes })).not.toThrow()
  })
})

describe('a number that is none', () => {
  it('is told with its part, row, symbol, field and what was expected', () => {
    const error = errorOf(chainWith({ askPriceCoin: Number.NaN }))
    expect(error).toMatchObject({
      code: 'state/bad-reading',
      recovery: 'skip',
      message: `BTC chain, row 1, ${second.symbol}: askPriceCoin is NaN, expected a finite number > 0, or null for none.`,
      facts: {
        currency: 'BTC',
        part: 'chain',
        row: 1,
        symbol: second.symbol,
        field: 'askPriceCoin',
        value: 'NaN',
        expected: OVER_ZERO_OR_NONE,
      },
    })
    expect(JSON.parse(JSON.stringify(error.facts))).toEqual(error.facts)
  })

  it.each([
    { value: '52', told: '"52"', why: 'a number in quotes' },
    { value: 'NaN', told: '"NaN"', why: 'the word for none' },
    { value: undefined, told: 'undefined', why: 'nothing' },
    { value: { iv: 52 }, told: '{"iv":52}', why: 'an object' },
  ])('is told apart from a number: $why', ({ value, told }) => {
    const error = errorOf(chainWith({ markIv: value as never }))
    expect(error.message).toContain(`markIv is ${told}, expected a finite number >= 0, or null for none.`)
    expect(error.facts).toMatchObject({ field: 'markIv', value: told })
  })

  it.each<{ changes: Partial<ChainQuote>; value: unknown }>([
    { changes: { bidPriceCoin: 0 }, value: 0 },
    { changes: { bidPriceCoin: Infinity }, value: 'Infinity' },
    { changes: { askPriceCoin: 0 }, value: 0 },
    { changes: { askPriceCoin: -0.01 }, value: -0.01 },
    { changes: { markPriceCoin: Number.NaN }, value: 'NaN' },
    { changes: { markPriceCoin: -0.0001 }, value: -0.0001 },
    { changes: { markIv: Number.NaN }, value: 'NaN' },
    { changes: { markIv: -0.5 }, value: -0.5 },
    { changes: { forwardUsd: 0 }, value: 0 },
    { changes: { forwardUsd: Number.NaN }, value: 'NaN' },
    { changes: { openInterestCoin: -1 }, value: -1 },
    { changes: { volumeCoin: Number.NaN }, value: 'NaN' },
  ])('of a row of the chain is refused: $changes', ({ changes, value }) => {
    const [field] = Object.keys(changes)
    expect(errorOf(chainWith(changes)).facts).toMatchObject({ part: 'chain', row: 1, field, value })
    const tickers = new Map([[first.symbol, { value: { ...tickerOf(quoteOf(first)), ...changes } }]])
    expect(errorOf({ tickers }).facts).toMatchObject({ part: 'tickers', row: 0, symbol: first.symbol, field, value })
  })

  it.each<Partial<OptionInstrument>>([
    { strikeUsd: 0 },
    { strikeUsd: Number.NaN },
    { expiryMs: 1.5 },
    { tickSizeCoin: 0 },
    { tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: Number.NaN }] },
    { tickSteps: [{ abovePriceCoin: -1, tickSizeCoin: 0.0005 }] },
    { minSizeCoin: Infinity },
    { sizeStepCoin: -0.1 },
    { makerFeeRate: -0.0001 },
    { takerFeeRate: Number.NaN },
  ])('of an instrument is refused: %o', (changes) => {
    const [field] = Object.keys(changes)
    expect(errorOf(instrumentsWith(changes)).facts).toMatchObject({ part: 'instruments', row: 1, field })
  })

  it.each<Partial<AccountSnapshot>>([
    { timestampMs: NOW_MS + 0.5 },
    { balanceCoin: Number.NaN },
    { equityCoin: Infinity },
    { optionsValueCoin: Number.NaN },
    { futuresSessionPnlCoin: Number.NaN },
    { marginBalanceCoin: Number.NaN },
    { initialMarginCoin: -0.1 },
    { maintenanceMarginCoin: Number.NaN },
    { availableFundsCoin: Number.NaN },
    { reservedCoin: -1 },
    { deltaTotalCoin: -Infinity },
  ])('of the account is refused: %o', (changes) => {
    const [[field]] = Object.entries(changes) as [[string, number]]
    expect(errorOf(accountWith(changes)).facts).toMatchObject({ part: 'account', row: null, field })
  })

  it.each([
    { sizeCoin: Number.NaN },
    { averagePriceCoin: -0.01 },
    { averagePriceCoin: Infinity },
    { markPriceCoin: Number.NaN },
  ])('of a position is refused: %o', (changes) => {
    const positions = [position(second.symbol, 1), { ...position(first.symbol, -1), ...changes }]
    const [field] = Object.keys(changes)
    expect(errorOf(accountWith({ positions })).facts).toMatchObject({ part: 'positions', row: 1, field })
  })

  it.each([{ sizeCoin: 0 }, { priceCoin: Number.NaN }, { filledCoin: -1 }, { createdMs: 0.5 }])(
    'of an open order is refused: %o',
    (changes) => {
      const [field] = Object.keys(changes)
      const openOrders = [restingOrder(changes)]
      expect(errorOf(accountWith({ openOrders })).facts).toMatchObject({ part: 'openOrders', row: 0, field })
    },
  )

  it.each<{ part: string; field: string; changes: Partial<UnderlyingReadings> }>([
    { part: 'index', field: 'indexUsd', changes: { index: { ...sound.index, indexUsd: 0 } } },
    { part: 'index', field: 'indexUsd', changes: { index: { ...sound.index, indexUsd: Number.NaN } } },
    { part: 'index', field: 'timestampMs', changes: { index: { ...sound.index, timestampMs: Number.NaN } } },
    { part: 'chain', field: 'timestampMs', changes: { chain: { ...sound.chain, timestampMs: 0.1 } } },
    { part: 'instruments', field: 'instrumentsMs', changes: { instrumentsMs: 0.1 } },
  ])('of the $part is refused: $field', ({ part, field, changes }) => {
    expect(errorOf(changes).facts).toMatchObject({ part, row: null, field })
  })

  it.each([{ timestampMs: 0.5 }, { bidSizeCoin: 0 }, { askSizeCoin: Number.NaN }, { indexUsd: -1 }])(
    'of a ticker is refused: %o',
    (changes) => {
      const tickers = new Map([[first.symbol, { value: tickerOf(quoteOf(first), changes) }]])
      const [field] = Object.keys(changes)
      expect(errorOf({ tickers }).facts).toMatchObject({ part: 'tickers', symbol: first.symbol, field })
    },
  )

  it('is found in whatever row it stands', () => {
    const rows = fc.nat(sound.chain.quotes.length - 1)
    const fields = fc.constantFrom('bidPriceCoin', 'askPriceCoin', 'markPriceCoin', 'markIv', 'forwardUsd')
    fc.assert(
      fc.property(rows, fields, fc.constantFrom(Number.NaN, Infinity, -1), (row, field, value) => {
        const quotes = sound.chain.quotes.map((quote, at) => (at === row ? { ...quote, [field]: value } : quote))
        const { facts } = errorOf({ chain: { ...sound.chain, quotes } })
        expect(facts).toMatchObject({ part: 'chain', row, symbol: quotes[row]?.symbol, field })
      }),
    )
  })
})

describe('a symbol that stands twice', () => {
  it.each<{ part: string; row: number; changes: Partial<UnderlyingReadings> }>([
    { part: 'instruments', row: sound.instruments.length, changes: { instruments: [...sound.instruments, first] } },
    {
      part: 'chain',
      row: sound.chain.quotes.length,
      changes: { chain: { ...sound.chain, quotes: [...sound.chain.quotes, quoteOf(first)] } },
    },
    {
      part: 'positions',
      row: 2,
      changes: accountWith({
        positions: [-1, 0, -1].map((size, at) => position(at === 1 ? second.symbol : first.symbol, size)),
      }),
    },
  ])('is refused in $part, with its second row', ({ part, row, changes }) => {
    expect(errorOf(changes).facts).toMatchObject({ part, row, symbol: first.symbol, field: 'symbol' })
    expect(errorOf(changes).message).toContain(`symbol is "${first.symbol}", expected to stand once.`)
  })

  it('is refused where a ticker is of another option than it was asked for', () => {
    const tickers = new Map([[first.symbol, { value: tickerOf(quoteOf(second)) }]])
    expect(errorOf({ tickers }).facts).toMatchObject({
      part: 'tickers',
      symbol: first.symbol,
      value: `"${second.symbol}"`,
      expected: first.symbol,
    })
  })
})

describe('another currency', () => {
  const eth = ethWorld()

  it.each<{ part: string; changes: Partial<UnderlyingReadings> }>([
    { part: 'account', changes: accountWith({ currency: 'ETH' }) },
    { part: 'chain', changes: { chain: { ...sound.chain, currency: 'ETH' } } },
    { part: 'index', changes: { index: { ...sound.index, currency: 'ETH' } } },
    { part: 'instruments', changes: { instruments: eth.instruments } },
    { part: 'candles', changes: { candles: { value: { ...hourly([1]), currency: 'ETH' } } } },
    { part: 'dvolHours', changes: { dvolHours: { value: { ...hourly([1], { kind: 'dvol' }), currency: 'ETH' } } } },
    { part: 'dvolDays', changes: { dvolDays: { value: { ...dailyDvol([1]), currency: 'ETH' } } } },
  ])('is refused of $part', ({ part, changes }) => {
    expect(errorOf(changes).facts).toMatchObject({ part, field: 'currency', value: '"ETH"', expected: 'BTC' })
  })

  it.each<{ part: string; symbol: string; changes: Partial<UnderlyingReadings> }>([
    { part: 'chain', symbol: 'ETH-16JAN26-4000-C', changes: chainWith({ symbol: 'ETH-16JAN26-4000-C' }) },
    { part: 'chain', symbol: 'BTC-PERPETUAL', changes: chainWith({ symbol: 'BTC-PERPETUAL' }) },
    {
      part: 'positions',
      symbol: 'ETH-16JAN26-4000-C',
      changes: accountWith({ positions: [position('ETH-16JAN26-4000-C', -1)] }),
    },
    {
      part: 'openOrders',
      symbol: 'ETH-16JAN26-4000-C',
      changes: accountWith({ openOrders: [restingOrder({ symbol: 'ETH-16JAN26-4000-C' })] }),
    },
  ])('or what has no place is refused by its name: $symbol among the $part', ({ part, symbol, changes }) => {
    expect(errorOf(changes).facts).toMatchObject({ part, symbol, field: 'symbol' })
  })

  it('is that of what was asked for', () => {
    const readings = readingsOf(eth, {
      currency: 'ETH',
      chain: { ...sound.chain, currency: 'ETH', quotes: eth.quotes },
    })
    const index = { ...sound.index, currency: 'ETH' as const }
    const history = { missing: 'none' }
    const others = { index, candles: history, dvolHours: history, dvolDays: history }
    expect(() => checkReadings({ ...readings, account: account({ currency: 'ETH' }), ...others })).not.toThrow()
  })
})

it('refuses candles where the volatility index should be', () => {
  expect(errorOf({ dvolHours: { value: hourly([1]) } }).facts).toMatchObject({
    part: 'dvolHours',
    field: 'kind',
    value: '"candles"',
  })
  expect(errorOf({ candles: { value: dailyDvol([1]) } }).facts).toMatchObject({ part: 'candles', field: 'kind' })
})

it('changes nothing', () => {
  const before = structuredClone(sound)
  checkReadings(sound)
  expect(sound).toEqual(before)
})

function checkReadings(readings: UnderlyingReadings): void {
  checkMarket(readings)
  checkAccountAndTickers(readings)
}
