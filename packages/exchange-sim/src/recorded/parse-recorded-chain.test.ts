import { CcError, optionQuoteSchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { parseRecordedChain } from './parse-recorded-chain.js'

const ROW = {
  instrument_name: 'BTC-16JAN26-82000-C',
  currency: 'BTC',
  underlying: 88_728.95,
  bid_price: 0.084,
  ask_price: 0.088,
  mark_price: 0.0855,
  implied_volatility: 0.4323,
  index_price: 88_530.23,
  open_interest: 0.3,
  volume: 0,
}
const PUT = { ...ROW, instrument_name: 'BTC-16JAN26-60000-P', bid_price: null, ask_price: 0.0002, mark_price: 0.00004 }
const DOCUMENT = { currency: 'BTC', collected_at: '2025-12-30T17:31:15.944181+00:00', count: 2, rows: [ROW, PUT] }

const json = (document: unknown) => parseRecordedChain({ name: 'chain.json', text: JSON.stringify(document) })
const withRow = (row: Record<string, unknown>) => ({ ...DOCUMENT, rows: [{ ...ROW, ...row }, PUT] })

const HEADER = 'ts,expiry,strike,cp,bid,ask,mark,iv,fwd,delta,oi,vol'
const FIRST = [
  '1767259115,20260109,80000,C,0.0875,0.091,0.089103,44.8,87823.73,0.9978,6.1,0.0',
  '1767259115,20260109,80000,P,,0.0001,0,44.8,87832.16,-0.0022,1016.7,59.2',
]
const SECOND = ['1767280000,20260109,85000,C,0.04,0.041,0.0405,41,87900,0.7,,']
const SNAPSHOTS = [
  'ts,utc,ccy,n,expiries,idx_first,idx_last,idx_min,idx_max,perp',
  '1767259115,2026-01-01T09:18:35Z,ETH,2,1,2970.5,2970,2970,2971,2970',
  '1767259115,2026-01-01T09:18:35Z,BTC,2,1,87801.5,87810,87800,87820,87805',
  '1767280000,2026-01-01T15:06:40Z,BTC,1,1,87890.25,87890,87890,87890,87890',
].join('\n')
const csv = (lines: readonly string[], options: { name?: string; atMs?: number; snapshots?: string | null } = {}) => {
  const { name = 'BTC-2026-01.csv', snapshots = SNAPSHOTS, atMs } = options
  return parseRecordedChain({
    name,
    text: lines.join('\n'),
    ...(atMs === undefined ? {} : { atMs }),
    ...(snapshots === null ? {} : { snapshots }),
  })
}
const csvRow = (
  changes: Partial<Record<'ts' | 'expiry' | 'strike' | 'cp' | 'bid' | 'ask' | 'mark' | 'iv' | 'fwd', string>>,
) => {
  const cells = {
    ts: '1767259115',
    expiry: '20260109',
    strike: '80000',
    cp: 'C',
    bid: '0.08',
    ask: '0.09',
    mark: '0.085',
    iv: '44',
    fwd: '87800',
    ...changes,
  }
  return [HEADER, `${Object.values(cells).join(',')},0.9,1,1`]
}

describe('a recorded chain', () => {
  it('is read from JSON, each option with its own forward and a delta of its IV', () => {
    const { currency, atMs, indexUsd, options } = json(withRow({ underlying: 88_700 }))
    expect({ currency, atMs, indexUsd }).toEqual({ currency: 'BTC', atMs: 1_767_115_875_944, indexUsd: 88_530.23 })
    expect(options.map(({ quote }) => [quote.symbol, quote.forwardUsd])).toEqual([
      ['BTC-16JAN26-60000-P', 88_728.95],
      ['BTC-16JAN26-82000-C', 88_700],
    ])
    for (const { quote } of options) optionQuoteSchema.parse(quote)
    const call = options[1]
    expect(call?.quote.greeks?.delta).toBeCloseTo(0.8154, 4)
    expect(call?.quote).toMatchObject({ markIv: 0.4323, bidSizeCoin: 10, openInterestCoin: 0.3, volumeCoin: 0 })
    expect(call?.instrument).toMatchObject({
      kind: 'call',
      strikeUsd: 82_000,
      settlementPeriod: 'week',
      minSizeCoin: 0.1,
    })
  })

  it.each([null, 0])('shows a bid of %s as none', (bid_price) => {
    const { options } = json(withRow({ bid_price }))
    expect(options[1]?.quote).toMatchObject({ bidPriceCoin: null, bidSizeCoin: null, askPriceCoin: 0.088 })
  })

  it.each([
    ['bid_price', undefined],
    ['ask_price', undefined],
    ['index_price', -5],
    ['strike', 1],
    ['option_type', 'put2'],
    ['expiry_datetime', 'x'],
  ])('refuses a row whose %s is %s', (field, value) => {
    const { [field]: _, ...cells } = withRow({}).rows[1] as Record<string, unknown>
    const row = value === undefined ? cells : { ...cells, [field]: value }
    const document = { ...DOCUMENT, rows: [withRow({}).rows[0], row] }
    expect(() => json(document as Parameters<typeof json>[0])).toThrow(field)
  })

  it('has no greeks without an IV', () => {
    expect(json(withRow({ implied_volatility: null })).options[1]?.quote).toMatchObject({ markIv: null, greeks: null })
  })

  it('keeps a price between ticks', () => {
    expect(json(withRow({ bid_price: 0.08437 })).options[1]?.quote.bidPriceCoin).toBe(0.08437)
  })

  it('stands at the moment that its offset says', () => {
    expect(json({ ...DOCUMENT, collected_at: '2025-12-30T19:31:15+02:00' }).atMs).toBe(1_767_115_875_000)
    expect(json({ ...DOCUMENT, collected_at: '2025-12-30T17:31:15Z' }).atMs).toBe(1_767_115_875_000)
  })

  it('takes what real recordings have: an ask of one coin, a mark of 1.5e-05, IVs of 10.6 to 349 percent', () => {
    const chain = csv([...csvRow({ bid: '', ask: '1.0', mark: '1.5e-05', iv: '348.82' })])
    expect(chain.options[0]?.quote).toMatchObject({ askPriceCoin: 1, markPriceCoin: 0.000015, markIv: 3.4882 })
    expect(csv(csvRow({ iv: '10.58' })).options[0]?.quote.markIv).toBe(0.1058)
  })

  it('is the same behind a byte order mark', () => {
    const text = JSON.stringify(DOCUMENT)
    expect(parseRecordedChain({ name: 'chain.json', text: `\uFEFF${text}` })).toEqual(json(DOCUMENT))
    const lines = [HEADER, ...FIRST]
    const marked = lines.map((line, i) => (i === 0 ? `\uFEFF${line}` : line))
    expect(csv(marked, { snapshots: `\uFEFF${SNAPSHOTS}` })).toEqual(csv(lines))
  })

  it('is read from CSV: the first snapshot, and the latest up to a time', () => {
    const lines = [HEADER, ...FIRST, ...SECOND, '']
    const first = csv(lines)
    expect(first).toMatchObject({ currency: 'BTC', atMs: 1_767_259_115_000, indexUsd: 87_801.5 })
    expect(first.options.map(({ quote }) => quote.symbol)).toEqual(['BTC-9JAN26-80000-C', 'BTC-9JAN26-80000-P'])
    expect(first.options[1]?.quote).toMatchObject({ bidPriceCoin: null, askPriceCoin: 0.0001, markIv: 0.448 })
    expect(csv(lines, { atMs: 1_767_279_999_999 })).toEqual(first)
    const second = csv(lines, { atMs: 1_767_280_000_000 })
    expect(second).toMatchObject({ atMs: 1_767_280_000_000, indexUsd: 87_890.25 })
    expect(second.options[0]?.quote).toMatchObject({ openInterestCoin: null, volumeCoin: null })
  })
})

describe('a malformed recording is refused with its place', () => {
  function failureOf(read: () => unknown): CcError {
    try {
      read()
    } catch (error) {
      if (CcError.isInstance(error)) return error
      throw error
    }
    throw new Error('It was read.')
  }

  it.each<[string, () => unknown, Record<string, unknown>]>([
    ['no JSON', () => parseRecordedChain({ name: 'chain.json', text: '{"rows": [' }), { file: 'chain.json' }],
    ['NaN in JSON', () => parseRecordedChain({ name: 'chain.json', text: '{"rows": NaN}' }), { file: 'chain.json' }],
    ['another shape', () => json([]), { file: 'chain.json' }],
    ['rows that are no list', () => json({ ...DOCUMENT, rows: {} }), { field: 'rows' }],
    ['a row that is no object', () => json({ ...DOCUMENT, rows: [1] }), { field: 'rows.0', value: '1' }],
    ['another currency', () => json({ ...DOCUMENT, currency: 'SOL' }), { field: 'currency', value: '"SOL"' }],
    ['no time', () => json({ ...DOCUMENT, collected_at: 'noon' }), { field: 'collected_at', value: '"noon"' }],
    [
      'a time without its offset',
      () => json({ ...DOCUMENT, collected_at: '2025-12-30T17:31:15' }),
      { field: 'collected_at', value: '"2025-12-30T17:31:15"' },
    ],
    ['a time that is a number', () => json({ ...DOCUMENT, collected_at: '1' }), { field: 'collected_at' }],
    [
      'an IV in percent',
      () => json(withRow({ implied_volatility: 43.23 })),
      { row: 1, value: '43.23', expected: 'an IV as a ratio, 0.05 to 10' },
    ],
    ['a mark in USD', () => json(withRow({ mark_price: 7_560 })), { row: 1, field: 'mark', value: '7560' }],
    [
      'a bid in USD',
      () => json(withRow({ bid_price: 7_560, ask_price: null })),
      { row: 1, field: 'bid', value: '7560' },
    ],
    ['an ask in USD', () => json(withRow({ ask_price: 1.5 })), { row: 1, field: 'ask', value: '1.5' }],
    [
      'a forward of another unit',
      () => json(withRow({ underlying: 88.7 })),
      { row: 1, field: 'forward', value: '88.7' },
    ],
    ['an index of another coin', () => json(withRow({ index_price: 2_978.25 })), { row: 1, field: 'forward' }],
    ['no rows', () => json({ ...DOCUMENT, count: 0, rows: [] }), { field: 'rows' }],
    ['rows cut off', () => json({ ...DOCUMENT, rows: [ROW] }), { field: 'rows', value: '1' }],
    ['no index', () => json(withRow({ index_price: null })), { row: 1, field: 'index_price', value: 'null' }],
    [
      'a symbol of another grammar',
      () => json(withRow({ instrument_name: 'BTC-PERPETUAL' })),
      { row: 1, instrument: 'BTC-PERPETUAL' },
    ],
    [
      'a symbol that is no text',
      () => json(withRow({ instrument_name: 7 })),
      { row: 1, field: 'instrument_name', value: '7' },
    ],
    [
      'an option on another coin',
      () => json(withRow({ instrument_name: 'ETH-16JAN26-3000-C' })),
      { row: 1, instrument: 'ETH-16JAN26-3000-C' },
    ],
    ['a row of another coin', () => json(withRow({ currency: 'ETH' })), { row: 1, field: 'currency', value: '"ETH"' }],
    [
      'an option twice',
      () => json(withRow({ instrument_name: PUT.instrument_name })),
      { row: 2, instrument: PUT.instrument_name },
    ],
    [
      'an option that had expired',
      () => json(withRow({ instrument_name: 'BTC-30DEC25-82000-C' })),
      { row: 1, instrument: 'BTC-30DEC25-82000-C' },
    ],
    [
      'a negative bid',
      () => json(withRow({ bid_price: -0.1 })),
      { row: 1, instrument: ROW.instrument_name, field: 'bid_price', value: '-0.1' },
    ],
    [
      'a mark that is no number',
      () => json(withRow({ mark_price: 'much' })),
      { row: 1, field: 'mark_price', value: '"much"' },
    ],
    ['no mark', () => json(withRow({ mark_price: null })), { row: 1, field: 'mark_price', value: 'null' }],
    ['no forward', () => json(withRow({ underlying: 0 })), { row: 1, field: 'underlying', value: '0' }],
    ['a negative IV', () => json(withRow({ implied_volatility: -0.4 })), { row: 1, field: 'implied_volatility' }],
    ['a bid at the ask', () => json(withRow({ bid_price: 0.088 })), { row: 1, field: 'bid', value: '0.088' }],
    ['a CSV without a currency in its name', () => csv([HEADER, ...FIRST], { name: 'january.csv' }), { field: 'name' }],
    [
      'a CSV without a column',
      () => csv([HEADER.replace(',fwd', ''), ...FIRST]),
      { file: 'BTC-2026-01.csv', field: 'fwd' },
    ],
    ['an empty CSV', () => csv(['']), { field: 'ts' }],
    ['a CSV of a header alone', () => csv([HEADER]), { field: 'rows' }],
    ['a CSV without its index', () => csv([HEADER, ...FIRST], { snapshots: null }), { field: 'index' }],
    [
      'an index of other times',
      () => csv([HEADER, ...FIRST], { snapshots: SNAPSHOTS.replaceAll('1767259115', '1') }),
      { file: 'snapshots.csv' },
    ],
    [
      'an index that is no number',
      () => csv([HEADER, ...FIRST], { snapshots: SNAPSHOTS.replace('87801.5', 'nan') }),
      { file: 'snapshots.csv', row: 2, field: 'idx_first' },
    ],
    ['no snapshot so early', () => csv([HEADER, ...FIRST], { atMs: 1 }), { field: 'ts' }],
    ['a CSV time that is none', () => csv(csvRow({ ts: 'now' })), { row: 1, field: 'ts', value: '"now"' }],
    [
      'a CSV date that is none',
      () => csv(csvRow({ expiry: '20260230' })),
      { row: 1, field: 'expiry', value: '"20260230"' },
    ],
    ['a CSV strike that is none', () => csv(csvRow({ strike: '' })), { row: 1, field: 'strike' }],
    [
      'a CSV strike with a fraction',
      () => csv(csvRow({ strike: '80000.5' })),
      { row: 1, instrument: 'BTC-9JAN26-80000.5-C' },
    ],
    ['a CSV kind that is none', () => csv(csvRow({ cp: 'X' })), { row: 1, field: 'cp', value: '"X"' }],
    [
      'a CSV price that is NaN',
      () => csv(csvRow({ ask: 'NaN' })),
      { row: 1, instrument: 'BTC-9JAN26-80000-C', field: 'ask', value: '"NaN"' },
    ],
    [
      'a CSV IV as a ratio',
      () => csv(csvRow({ iv: '0.448' })),
      { field: 'iv', value: '"0.448"', expected: 'an IV in percent, 5 to 1000' },
    ],
    [
      'a hexadecimal CSV strike',
      () => csv(csvRow({ strike: '0x13880' })),
      { row: 1, field: 'strike', value: '"0x13880"' },
    ],
    ['a blank CSV bid', () => csv(csvRow({ bid: ' ' })), { row: 1, field: 'bid', value: '" "' }],
    ['a CSV mark with a blank', () => csv(csvRow({ mark: ' 0.085' })), { row: 1, field: 'mark', value: '" 0.085"' }],
    ['a CSV time with a blank', () => csv(csvRow({ ts: ' 1767259115' })), { row: 1, field: 'ts' }],
    ['a crossed CSV row', () => csv(csvRow({ bid: '0.095' })), { row: 1, field: 'bid', value: '0.095' }],
    ['a CSV option twice', () => csv([HEADER, ...FIRST, ...FIRST]), { row: 3, instrument: 'BTC-9JAN26-80000-C' }],
  ])('%s', (_, read, facts) => {
    const failure = failureOf(read)
    expect(failure.code).toBe('exchange-sim/malformed-market')
    expect(failure.recovery).toBe('halt')
    expect(failure.facts).toMatchObject(facts)
    for (const fact of Object.values(facts)) expect(failure.message).toContain(String(fact))
    expect(failure.message).toContain('expected')
  })

  it('in words', () => {
    expect(failureOf(() => json({ ...DOCUMENT, rows: {} })).message).toBe('chain.json rows: expected array, got {}.')
    expect(failureOf(() => json(withRow({ bid_price: -0.1 }))).message).toBe(
      'chain.json row 1 (BTC-16JAN26-82000-C) bid_price: expected a number >= 0, got -0.1.',
    )
  })

  it('says where the index of a CSV is looked for', () => {
    expect(failureOf(() => csv([HEADER, ...FIRST], { snapshots: null })).message).toContain('snapshots.csv')
  })
})
