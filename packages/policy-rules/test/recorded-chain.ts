import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type AgentState, type CandidateOption, type Currency, formatSymbol, type OptionInstrument } from '@cc/models'
import {
  candidateForTest,
  instrumentForTest,
  positionForTest,
  stateForTest,
  underlyingForTest,
} from '@cc/models/testing'
import { black76, impliedVolatility, MS_PER_YEAR, saleProceedsCoin } from '@cc/pricing'
import type { PresetLimits } from '../src/preset.js'

/** A call as it was quoted: prices in coin, `null` where that side of the book was empty; `iv` a ratio. */
export type RecordedCall = {
  expiryMs: number
  strikeUsd: number
  bidPriceCoin: number | null
  askPriceCoin: number | null
  iv: number
  forwardUsd: number
}
/** All calls of one coin at one moment, soonest expiry first, lowest strike first. */
export type RecordedChain = { currency: Currency; timeMs: number; indexUsd: number; calls: RecordedCall[] }

/** Every chain that was recorded, by coin and time. */
export function recordedChains(recordings: string): RecordedChain[] {
  const data = join(recordings, 'data')
  const indexes = recordedIndexes(data)
  const spot = hourlySpot(data)
  return ['deribit_btc_eod_2021_2022', 'deribit_chains_2026'].flatMap((folder) =>
    readdirSync(join(data, folder))
      .filter((name) => /^(BTC|ETH)-\d{4}-\d{2}\.csv\.gz$/.test(name))
      .sort()
      .flatMap((name) =>
        chainsOf(join(data, folder, name), (currency, timeMs) => {
          const atTheHour = spot.get(timeMs - (timeMs % HOUR_MS))
          return indexes.get(`${currency} ${timeMs}`) ?? (currency === 'BTC' ? atTheHour : undefined)
        }),
      ),
  )
}

/** What an account holds: coins, and calls that it is short. */
export type Holding = { balanceCoin: number; short?: readonly { symbol: string; sizeCoin: number }[] }

/** An account before a recorded chain that is screened by these limits. */
export function stateBefore(
  chain: RecordedChain,
  limits: PresetLimits,
  { balanceCoin, short = [] }: Holding,
): AgentState {
  const { currency, timeMs, indexUsd: spotUsd } = chain
  const candidates = chain.calls.flatMap((call) => candidateOf(call, chain, limits) ?? [])
  const taken = new Set(candidates.map(({ instrument }) => instrument.symbol))
  const others = chain.calls.map((call) => symbolOf(chain, call)).filter((symbol) => !taken.has(symbol))
  // Which reason keeps a call from being one is not what is asked here.
  const values = Object.fromEntries(others.map((symbol) => [symbol, null]))
  const rejectedCandidates =
    others.length === 0 ? [] : [{ reason: 'no-bid' as const, count: others.length, limit: null, values }]
  const positions = short.map(({ symbol, sizeCoin }) => positionForTest(symbol, { sizeCoin: -sizeCoin }))
  const underlying = underlyingForTest({
    currency,
    timeMs,
    spotUsd,
    candidates,
    rejectedCandidates,
    portfolio: { balanceCoin, positions },
  })
  return stateForTest({ timeMs, underlyings: [underlying] })
}

/** The symbol of a call of a chain. */
export function symbolOf({ currency }: RecordedChain, { expiryMs, strikeUsd }: RecordedCall): string {
  return formatSymbol({ currency, expiryMs, strikeUsd, kind: 'call' })
}

/** Black-Scholes delta of a call, by its mark. */
export function deltaOf({ timeMs }: RecordedChain, { expiryMs, strikeUsd, forwardUsd, iv }: RecordedCall): number {
  return black76({ forwardUsd, strikeUsd, expiryYears: (expiryMs - timeMs) / MS_PER_YEAR, iv, kind: 'call' }).delta
}

/** The candidate that a call is under these limits; `undefined`: it is none. */
function candidateOf(call: RecordedCall, chain: RecordedChain, limits: PresetLimits): CandidateOption | undefined {
  const { expiryMs, strikeUsd, bidPriceCoin, askPriceCoin, iv: markIv, forwardUsd } = call
  const { timeMs: quotedMs, indexUsd } = chain
  const dte = (expiryMs - quotedMs) / DAY_MS
  if (dte <= 0 || dte < limits.dteMin || dte > limits.dteMax) return undefined
  if (strikeUsd / forwardUsd - 1 < limits.moneynessMin) return undefined
  if (bidPriceCoin === null || askPriceCoin === null || bidPriceCoin > askPriceCoin) return undefined

  const terms = { forwardUsd, strikeUsd, expiryYears: (expiryMs - quotedMs) / MS_PER_YEAR, kind: 'call' as const }
  const { delta, priceCoin: markPriceCoin } = black76({ ...terms, iv: markIv })
  if (delta < limits.deltaMin || delta > limits.deltaMax) return undefined

  const bidIv = impliedVolatility({ ...terms, priceUsd: bidPriceCoin * forwardUsd })
  if (bidIv === null || !(bidIv > 0)) return undefined
  const askIv = impliedVolatility({ ...terms, priceUsd: askPriceCoin * forwardUsd })
  const instrument = instrumentForTest(
    symbolOf(chain, call),
    quotedMs < FINE_TICKS_MS ? { tickSteps: [], tickSizeCoin: 0.0005 } : {},
  )
  const spreadTicks = ticksUpTo(askPriceCoin, instrument) - ticksUpTo(bidPriceCoin, instrument)
  const spreadIv = askIv === null ? null : Math.max(0, askIv - bidIv)
  if (spreadTicks > limits.maxSpreadTicks && (spreadIv ?? Infinity) > limits.maxSpreadIv) return undefined

  const netPremiumCoin = saleProceedsCoin({ sizeCoin: 1, priceCoin: bidPriceCoin, feeRate: instrument.takerFeeRate })
  const netPremiumUsd = netPremiumCoin * indexUsd
  if (netPremiumUsd < limits.premiumMinUsd) return undefined
  return candidateForTest(instrument.symbol, {
    ...{
      instrument,
      dte,
      quotedMs,
      quotedBy: 'chain',
      bidSizeCoin: null,
      askSizeCoin: null,
      bidPriceCoin,
      askPriceCoin,
    },
    ...{ markPriceCoin, markIv, bidIv, askIv, forwardUsd, delta, spreadIv, spreadTicks, netPremiumCoin, netPremiumUsd },
  })
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Since when prices below 0.005 have finer ticks. */
const FINE_TICKS_MS = Date.UTC(2023, 0, 1)

/** Ticks from 0 to a price: four decimals are all that prices have. */
function ticksUpTo(priceCoin: number, { tickSizeCoin, tickSteps }: OptionInstrument): number {
  const step = tickSteps.find(({ abovePriceCoin }) => priceCoin > abovePriceCoin)
  if (step === undefined) return Math.round((priceCoin / tickSizeCoin) * 1e6) / 1e6
  const { abovePriceCoin, tickSizeCoin: coarseCoin } = step
  return Math.round((abovePriceCoin / tickSizeCoin + (priceCoin - abovePriceCoin) / coarseCoin) * 1e6) / 1e6
}

/** Chains of one file, whose rows are sorted by time, expiry and strike. */
function chainsOf(path: string, indexAt: (currency: Currency, timeMs: number) => number | undefined): RecordedChain[] {
  const currency = path.includes('BTC-') ? 'BTC' : 'ETH'
  const [header, ...rows] = linesOf(path)
  const [expiryAt, strikeAt, kindAt, bidAt, askAt, ivAt, forwardAt] = columnsOf(header as string)
  const chains: RecordedChain[] = []
  let chain: RecordedChain | undefined
  for (const row of rows) {
    const cells = row.split(',')
    if (cells[kindAt] !== 'C') continue
    const timeMs = Number(cells[0]) * 1_000
    if (chain?.timeMs !== timeMs) {
      const indexUsd = indexAt(currency, timeMs)
      if (indexUsd === undefined) throw new Error(`${path} has no index at ${new Date(timeMs).toISOString()}`)
      chain = { currency, timeMs, indexUsd, calls: [] }
      chains.push(chain)
    }
    chain.calls.push({
      expiryMs: expiryOf(cells[expiryAt] as string),
      strikeUsd: Number(cells[strikeAt]),
      bidPriceCoin: priceOf(cells[bidAt] as string),
      askPriceCoin: priceOf(cells[askAt] as string),
      iv: Number(cells[ivAt]) / 100,
      forwardUsd: Number(cells[forwardAt]),
    })
  }
  return chains
}

function columnsOf(header: string) {
  const names = header.split(',')
  const at = (name: string) => names.indexOf(name)
  return [at('expiry'), at('strike'), at('cp'), at('bid'), at('ask'), at('iv'), at('fwd')] as const
}

/** 08:00 UTC of a date such as 20260130. */
function expiryOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6)), 8)
}

function priceOf(cell: string): number | null {
  return cell === '' ? null : Number(cell)
}

/** The index at each snapshot of 2026, by coin and time. */
function recordedIndexes(data: string): ReadonlyMap<string, number> {
  const rows = linesOf(join(data, 'deribit_chains_2026/snapshots.csv.gz')).slice(1)
  return new Map(
    rows.map((row) => {
      const [seconds, , currency, , , indexUsd] = row.split(',')
      return [`${currency} ${Number(seconds) * 1_000}`, Number(indexUsd)]
    }),
  )
}

/** Recorded spot prices of BTC at the opening of each hour: the chains of 2021 and 2022 have no index of their own. */
function hourlySpot(data: string): ReadonlyMap<number, number> {
  const rows = linesOf(join(data, 'spot_hourly/BTCUSDT_binance_spot_1h.csv.gz')).slice(1)
  return new Map(rows.map((row) => row.split(',')).map(([seconds, open]) => [Number(seconds) * 1_000, Number(open)]))
}

function linesOf(path: string): string[] {
  return gunzipSync(readFileSync(path)).toString().trim().split('\n')
}
