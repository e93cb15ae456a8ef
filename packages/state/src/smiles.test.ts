import { type ChainQuote, parseSymbol } from '@cc/models'
import { readSmile } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf } from '../test/fake-venue.js'
import { viewMarket } from './market-view.js'
import { readSmiles, smileTermOf } from './smiles.js'
import { FORWARD_USD, listed, marketOf, quoted, STRIKES } from './vol-state.fixture.js'

const ROWS = quoted(listed([28]))
/** Strikes below the forward give a put each, the others a call. */
const NODES = STRIKES.length
const CALL = 'BTC-30JAN26-104000-C'
const PUT = 'BTC-30JAN26-80000-P'
const AT_FORWARD = 'BTC-30JAN26-90000-C'

const read = (quotes: readonly ChainQuote[], change?: (quote: ChainQuote) => Partial<ChainQuote>) =>
  readSmiles(marketOf(quotes, change))
const only = (symbol: string, changes: Partial<ChainQuote>) => (quote: ChainQuote) =>
  quote.symbol === symbol ? changes : {}

describe('the smile of an expiry', () => {
  it('is flat where volatility is', () => {
    const { smiles, unread } = read(quoted(listed([7, 28])))
    expect(unread).toEqual([])
    expect(smiles.map(smileTermOf)).toEqual(
      [7, 28].map((days) => ({
        expiryMs: expiryIn(days),
        dte: days - 2 / 24,
        forwardUsd: FORWARD_USD,
        atmIv: expect.closeTo(0.5, 10),
        riskReversal25: expect.closeTo(0, 10),
        butterfly25: expect.closeTo(0, 10),
        source: 'book',
        nodes: NODES,
      })),
    )
  })

  it('has the risk reversal and the butterfly of a skew that is known', () => {
    const ivAt = (strikeUsd: number) => {
      const k = Math.log(strikeUsd / FORWARD_USD)
      return 0.5 - 0.3 * k + 0.4 * k * k
    }
    const { smiles } = read(quoted(listed([28]), ({ strikeUsd }) => ivAt(strikeUsd)))
    const [{ expiryYears, reading }] = smiles as [(typeof smiles)[number]]
    const exact = readSmile({ forwardUsd: FORWARD_USD, expiryYears, ivAt })
    expect(reading.atmIv).toBeCloseTo(0.5, 10)
    expect(reading.riskReversal25).toBeCloseTo(exact.riskReversal25!, 3)
    expect(exact.riskReversal25).toBeLessThan(-0.04)
    expect(reading.butterfly25).toBeCloseTo(exact.butterfly25!, 3)
  })

  it.each([
    { symbol: CALL, changes: { bidPriceCoin: null }, why: 'no bid' },
    { symbol: PUT, changes: { askPriceCoin: null }, why: 'no ask' },
    { symbol: CALL, changes: { bidPriceCoin: 0.02, askPriceCoin: 0.019 }, why: 'a bid above the ask' },
    { symbol: PUT, changes: { bidPriceCoin: 0.005, askPriceCoin: 0.02 }, why: 'more than 10 vol points between them' },
    { symbol: CALL, changes: { bidPriceCoin: 3, askPriceCoin: 3.01 }, why: 'a middle above the forward' },
    { symbol: AT_FORWARD, changes: { bidPriceCoin: 0.0004, askPriceCoin: 0.0005 }, why: 'a middle below 1 %' },
    { symbol: CALL, changes: { bidPriceCoin: Number.NaN }, why: 'a bid that is no number' },
    { symbol: PUT, changes: { forwardUsd: Number.NaN }, why: 'a forward that is no number' },
    { symbol: PUT, changes: { forwardUsd: 79_000 }, why: 'a forward of its own that puts it in the money' },
  ])('has no node at a row with $why', ({ symbol, changes }) => {
    const { smiles } = read(ROWS, only(symbol, changes))
    expect(smiles).toMatchObject([{ source: 'book', forwardUsd: FORWARD_USD, reading: { nodes: NODES - 1 } }])
    expect(smiles[0]!.reading.atmIv).toBeCloseTo(0.5, 10)
  })

  it.each([
    { spreadIv: 0.099, nodes: NODES, why: 'narrow enough' },
    { spreadIv: 0.101, nodes: NODES - 1, why: 'too wide' },
  ])('takes a book of $spreadIv for $why', ({ spreadIv, nodes }) => {
    const priced = (iv: number) =>
      quoteOf(option(parseSymbol(CALL) ?? {}), { iv, forwardUsd: FORWARD_USD }).markPriceCoin
    const book = { bidPriceCoin: priced(0.5 - spreadIv / 2), askPriceCoin: priced(0.5 + spreadIv / 2) }
    expect(read(ROWS, only(CALL, book)).smiles).toMatchObject([{ reading: { nodes } }])
  })

  it('has a node where bid and ask meet', () => {
    const { markPriceCoin } = ROWS.find(({ symbol }) => symbol === CALL)!
    const locked = { bidPriceCoin: markPriceCoin, askPriceCoin: markPriceCoin }
    expect(read(ROWS, only(CALL, locked)).smiles).toMatchObject([{ reading: { nodes: NODES } }])
  })

  it('solves each row on its own forward, and takes the median of them', () => {
    // Deribit moves the forwards of an expiry one row at a time, and the prices with them.
    const [smile] = read(ROWS.map((quote, row) => (row % 3 === 0 ? repriced(quote, 30) : quote))).smiles
    expect(smile!.forwardUsd).toBe(FORWARD_USD)
    expect(smile!.reading.atmIv).toBeCloseTo(0.5, 10)
    expect(smile!.reading.riskReversal25).toBeCloseTo(0, 10)
    expect(read(ROWS.map((quote, row) => (row % 2 === 0 ? repriced(quote, 30) : quote))).smiles[0]!.forwardUsd).toBe(
      FORWARD_USD + 15,
    )
  })

  it('counts an option once that is listed or quoted twice', () => {
    const chain = { currency: 'BTC', timestampMs: NOW_MS, quotes: [...ROWS, ...ROWS] } as const
    const twice = viewMarket([...listed([28]), ...listed([28])], chain, NOW_MS)
    expect(readSmiles(twice).smiles.map(smileTermOf)).toEqual(read(ROWS).smiles.map(smileTermOf))
  })

  it('does not hang on the marks', () => {
    const { smiles } = read(ROWS, ({ markPriceCoin }) => ({ markIv: 0.9, markPriceCoin: markPriceCoin * 2 }))
    expect(smiles).toMatchObject([{ source: 'book', reading: { atmIv: expect.closeTo(0.5, 10) } }])
  })
})

describe('the marks of an expiry', () => {
  const lifts = { markIv: 0.6 }

  it.each([
    { hasBids: () => false, why: 'there is no book' },
    { hasBids: ({ symbol }: ChainQuote) => symbol.endsWith('P'), why: 'its calls have no bids' },
  ])('are read where $why', ({ hasBids }) => {
    const change = (quote: ChainQuote) => ({ ...lifts, bidPriceCoin: hasBids(quote) ? quote.bidPriceCoin : null })
    expect(read(ROWS, change).smiles).toMatchObject([
      {
        source: 'mark',
        reading: { atmIv: expect.closeTo(0.6, 10), riskReversal25: expect.closeTo(0, 10), nodes: NODES },
      },
    ])
  })

  it('are read where the book reaches the money and not 25 deltas', () => {
    const isNear = ({ symbol }: ChainQuote) => Math.abs((parseSymbol(symbol)?.strikeUsd ?? 0) - FORWARD_USD) <= 2_000
    const change = (quote: ChainQuote) => ({ ...lifts, bidPriceCoin: isNear(quote) ? quote.bidPriceCoin : null })
    expect(read(ROWS, change).smiles).toMatchObject([{ source: 'mark', reading: { atmIv: expect.closeTo(0.6, 10) } }])
  })

  it('are not read where they tell no more than the book', () => {
    const narrow = quoted(listed([28], [88_000, 90_000, 92_000]))
    expect(read(narrow, () => lifts).smiles).toMatchObject([
      {
        source: 'book',
        reading: { atmIv: expect.closeTo(0.5, 10), riskReversal25: null, butterfly25: null, nodes: 3 },
      },
    ])
  })

  it.each([0, 0.0099, 10.01, 50, Number.NaN, Number.POSITIVE_INFINITY, null])(
    'do not count at an IV of %s',
    (markIv) => {
      const change = (quote: ChainQuote) => ({ bidPriceCoin: null, ...(quote.symbol === CALL ? { markIv } : {}) })
      expect(read(ROWS, change).smiles).toMatchObject([{ source: 'mark', reading: { nodes: NODES - 1 } }])
    },
  )
})

describe('an expiry without a smile', () => {
  const silent = { bidPriceCoin: null, markIv: null }

  it.each([
    { change: () => silent, why: 'it has neither books nor marks' },
    { change: ({ symbol }: ChainQuote) => (symbol.endsWith('P') ? silent : {}), why: 'all lie above its forward' },
    { change: () => ({ forwardUsd: Number.NaN }), why: 'it has no forward' },
  ])('is named as unread: $why', ({ change }) => {
    const above = ROWS.filter(({ symbol }) => !symbol.includes('-90000-'))
    expect(read(above, change)).toEqual({ smiles: [], unread: [expiryIn(28)] })
  })

  it('is one that is listed and not yet quoted', () => {
    const chain = { currency: 'BTC', timestampMs: NOW_MS, quotes: [] } as const
    expect(readSmiles(viewMarket(listed([28]), chain, NOW_MS))).toEqual({ smiles: [], unread: [expiryIn(28)] })
  })

  it('is not one that has expired, or expires now: that one is not ahead', () => {
    expect(read(quoted(listed([0])))).toEqual({ smiles: [], unread: [] })
    const quotes = quoted(listed([28]))
    const chain = { currency: 'BTC', timestampMs: expiryIn(28), quotes } as const
    expect(readSmiles(viewMarket(listed([28]), chain, expiryIn(28)))).toEqual({ smiles: [], unread: [] })
    expect(read([])).toEqual({ smiles: [], unread: [] })
  })
})

/** The same option at the same volatility on another forward. */
function repriced({ symbol, forwardUsd }: ChainQuote, byUsd: number): ChainQuote {
  return quoteOf(option(parseSymbol(symbol) ?? {}), { forwardUsd: forwardUsd + byUsd })
}
