import { join } from 'node:path'
import {
  type ChainQuote,
  type Currency,
  candidateOptionSchema,
  type OptionInstrument,
  type UnderlyingState,
} from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import { type CandidateBasis, findCandidates, shortlistOf } from '../src/candidates.js'
import { explainCall } from '../src/explain-call.js'
import { viewMarket } from '../src/market-view.js'
import { type StateOptionsInput, stateOptionsSchema } from '../src/options.js'
import { tickerOf } from './fake-venue.js'
import { readRecordedChain } from './recorded-chain.js'
import { readSnapshots } from './recorded-snapshots.js'

const recordings = inject('recordings')

type Recording = {
  timeMs: number
  instruments: readonly OptionInstrument[]
  quotes: readonly ChainQuote[]
  spotUsd: number
}

function basisOf({ timeMs, instruments, quotes, spotUsd }: Recording, currency: Currency): CandidateBasis {
  const market = viewMarket(instruments, { currency, timestampMs: timeMs, quotes }, timeMs)
  const forecast = { vol: 0.45, model: 'trailing', days: 30 } as const
  return { market, spotUsd, vol: { ivrv: null, forecast }, chainMs: timeMs, tickers: null }
}

function find(basis: CandidateBasis, options: StateOptionsInput = {}) {
  return findCandidates(basis, stateOptionsSchema.parse(options))
}

/** All calls of two-sided books inside delta and days, and those among them that trade well enough. */
function liquidityOf(basis: CandidateBasis): { twoSided: number; liquid: number } {
  const open = { maxCandidates: 10_000, premiumMinUsd: 0 }
  const twoSided = find(basis, { ...open, liquidity: { maxSpreadTicks: 1e6 } }).candidates.length
  return { twoSided, liquid: find(basis, open).candidates.length }
}

const CHAINS = ['BTC_20251230T173115Z', 'ETH_20251230T173115Z', 'BTC_20260226T094105Z', 'ETH_20260226T094105Z']

describe.skipIf(recordings === null).each(CHAINS)('on the recorded chain %s', (file) => {
  const currency = file.startsWith('BTC') ? 'BTC' : 'ETH'
  const read = (): Recording => {
    const { world, timeMs } = readRecordedChain(join(recordings ?? '', 'fixtures/chains', `${file}.json`))
    return { timeMs, instruments: world.instruments, quotes: world.quotes, spotUsd: world.indexUsd }
  }

  it('the defaults leave ten to thirty candidates, as the schema says', () => {
    const { candidates } = find(basisOf(read(), currency))
    expect(candidates.length).toBeGreaterThanOrEqual(10)
    expect(candidates.length).toBeLessThanOrEqual(30)
    for (const candidate of candidates) expect(candidateOptionSchema.parse(candidate)).toEqual(candidate)
  })

  it('98 % of two-sided calls inside the deltas trade well enough', () => {
    const { twoSided, liquid } = liquidityOf(basisOf(read(), currency))
    expect(liquid / twoSided).toBeGreaterThanOrEqual(0.98)
  })

  it('every call is explained, and every tick of a spread is whole', () => {
    const recording = read()
    const found = find(basisOf(recording, currency))
    const calls = recording.instruments.filter(({ kind }) => kind === 'call')
    const explained = calls.map(({ symbol }) => explainCall(found as UnderlyingState, symbol))
    const counted = found.rejectedCandidates.reduce((sum, { count }) => sum + count, 0)
    expect(explained.filter(({ status }) => status === 'candidate')).toHaveLength(found.candidates.length)
    expect(explained.filter(({ status }) => status === 'rejected')).toHaveLength(counted)
    expect(found.candidates.length + counted).toBe(calls.length)
    for (const { spreadTicks } of found.candidates) expect(Number.isInteger(spreadTicks)).toBe(true)
  })

  it('tickers that repeat the chain change no candidate', () => {
    const recording = read()
    const basis = basisOf(recording, currency)
    const shortlist = new Set(shortlistOf(basis, stateOptionsSchema.parse({})))
    const timestampMs = recording.timeMs + 300
    const tickers = new Map(
      recording.quotes
        .filter(({ symbol }) => shortlist.has(symbol))
        .map((row) => [row.symbol, { value: tickerOf(row, { timestampMs }) }]),
    )
    const told = { quotedBy: 'ticker', quotedMs: timestampMs, bidSizeCoin: 5, askSizeCoin: 7 }
    const { candidates, rejectedCandidates } = find(basis)
    expect(find({ ...basis, tickers })).toEqual({
      candidates: candidates.map((candidate) => ({ ...candidate, ...told })),
      rejectedCandidates,
    })
  })
})

const MONTHS = (['BTC', 'ETH'] as const).flatMap((currency) =>
  ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'].map((month) => ({ currency, month })),
)

describe.skipIf(recordings === null).each(MONTHS)('through $month of $currency', ({ currency, month }) => {
  const path = join(recordings ?? '', 'data/deribit_chains_2026', `${currency}-${month}.csv.gz`)
  // Forwards differ from the index by a few per mille: near enough for a premium in USD.
  const read = () =>
    readSnapshots(path, currency, 10).map((snapshot) =>
      basisOf({ ...snapshot, spotUsd: snapshot.quotes[0]?.forwardUsd ?? Number.NaN }, currency),
    )

  it('the defaults find candidates at all times, and never reach the cap', () => {
    const bases = read()
    const counts = bases.map((basis) => find(basis).candidates.length).sort((a, b) => a - b)
    expect(counts.length).toBeGreaterThan(8)
    expect(counts[0]).toBeGreaterThanOrEqual(5)
    expect(counts[counts.length >> 1]).toBeGreaterThanOrEqual(10)
    expect(counts.at(-1)).toBeLessThanOrEqual(30)

    const all = bases.map(liquidityOf)
    const twoSided = all.reduce((sum, each) => sum + each.twoSided, 0)
    const liquid = all.reduce((sum, each) => sum + each.liquid, 0)
    expect(liquid / twoSided).toBeGreaterThanOrEqual(0.98)
  })
})
