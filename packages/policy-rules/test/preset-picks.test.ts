import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Currency, formatSymbol, parseSymbol } from '@cc/models'
import { describe, expect, inject, it } from 'vitest'
import { decideAction } from '../src/decide-action.js'
import type { PresetName } from '../src/preset.js'
import { presets } from '../src/presets.js'
import {
  deltaOf,
  type RecordedCall,
  type RecordedChain,
  recordedChains,
  stateBefore,
  symbolOf,
} from './recorded-chain.js'

const recordings = inject('recordings')
const chains = recordings === null ? [] : recordedChains(recordings)
const BALANCE_COIN = { BTC: 10, ETH: 100 }
const DAY_MS = 86_400_000

it('the README has the limits of each preset', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const section = readme.split('## Presets\n')[1]?.split('\n## ')[0] ?? ''
  const rows = [...section.matchAll(/^\| `.*$/gm)].map(([row]) => row.split('|').map((cell) => cell.trim()))
  const told = rows.map(([, name, , delta, days, least, book, premium]) => [name, delta, days, least, book, premium])
  expect(told).toEqual(
    Object.values(presets).map(({ name, limits }) => [
      `\`${name}\``,
      `${limits.deltaMin}..${limits.deltaMax}`,
      `${limits.dteMin}..${limits.dteMax}`,
      String(limits.moneynessMin),
      `${limits.maxSpreadTicks} ticks or ${limits.maxSpreadIv} IV`,
      String(limits.premiumMinUsd),
    ]),
  )
})

describe.skipIf(recordings === null)('a preset on recorded chains', () => {
  it.each(recordings === null ? [] : referenceTrades(recordings))('sells every call of $file', ({ name, trades }) => {
    expect(trades.length).toBeGreaterThan(3)
    const byMoment = new Map(chains.map((chain) => [`${chain.currency} ${chain.timeMs}`, chain]))
    const sold = trades.map(({ currency, soldMs }) => {
      const chain = byMoment.get(`${currency} ${soldMs}`)
      return chain && soldBy(name, chain)
    })
    expect(sold).toEqual(trades.map(({ symbol }) => symbol))
  })

  /** What each methodology sells, read to the letter off the rows of a chain. */
  const METHODS: Partial<Record<PresetName, (chain: RecordedChain) => RecordedCall>> = {
    bxm: (chain) => firstStrike(chain, monthEnd(chain), chain.indexUsd),
    bxy: (chain) => firstStrike(chain, monthEnd(chain), 1.02 * chain.indexUsd),
    bxmd: (chain) => nearestDelta(chain, monthEnd(chain), 0.3),
    'monthly-50-delta': (chain) => nearestDelta(chain, monthEnd(chain), 0.5),
    'weekly-10-delta': (chain) => nearestDelta(chain, nextFriday(chain), 0.1),
    'weekly-25-delta': (chain) => nearestDelta(chain, nextFriday(chain), 0.25),
    'always-atm': (chain) => nearestDelta(chain, nextFriday(chain), 0.5),
  }

  it.each(Object.entries(METHODS))('%s sells what its methodology does, at every moment', (key, method) => {
    const name = key as PresetName
    const { deltaMin, deltaMax } = presets[name].limits
    let agreed = 0
    const others: unknown[] = []
    for (const chain of chains) {
      const call = method(chain)
      const meant = symbolOf(chain, call)
      const sold = soldBy(name, chain)
      if (sold === meant) agreed += 1
      if (sold !== undefined) expect(parseSymbol(sold)?.expiryMs, sold).toBe(call.expiryMs)
      const delta = deltaOf(chain, call)
      const isInBand = delta >= deltaMin && delta <= deltaMax
      if (isInBand && isTight(call, chain) ? sold !== meant : sold === meant && (!isInBand || isBroken(call))) {
        others.push({ at: new Date(chain.timeMs).toISOString(), sold, meant, delta, call })
      }
    }
    expect(others).toEqual([])
    expect(agreed).toBeGreaterThan(0.98 * chains.length)
  })

  it('bxmw sells a quarter of the first strike in each Friday, soonest first', () => {
    const others: unknown[] = []
    let sales = 0
    for (const chain of chains) {
      const meant = fridays(chain, 1)
        .filter((expiryMs) => expiryMs - chain.timeMs <= 35 * DAY_MS)
        .map((expiryMs) => firstStrike(chain, expiryMs, chain.indexUsd))
      if (!meant.every((call) => isTight(call, chain))) continue
      const sold = ladderOf(chain)
      sales += sold.length
      const sizeCoin = BALANCE_COIN[chain.currency] / 4
      const wanted = meant.map((call) => ({ symbol: symbolOf(chain, call), sizeCoin }))
      if (JSON.stringify(sold) !== JSON.stringify(wanted)) others.push({ at: new Date(chain.timeMs), sold, wanted })
    }
    expect(others).toEqual([])
    expect(sales).toBeGreaterThan(4_000)
  })
})

function soldBy(name: PresetName, chain: RecordedChain): string | undefined {
  const { rules, limits } = presets[name]
  const state = stateBefore(chain, limits, { balanceCoin: BALANCE_COIN[chain.currency] })
  const { proposal } = decideAction(state, rules)
  return proposal.action === 'OPEN_COVERED_CALL' ? proposal.params.symbol : undefined
}

/** All that bxmw sells at one moment, one decision after the other. */
function ladderOf(chain: RecordedChain) {
  const { rules, limits } = presets.bxmw
  const short: { symbol: string; sizeCoin: number }[] = []
  // One more than there are rungs: the last must sell nothing.
  for (let decision = 0; decision < 5; decision += 1) {
    const state = stateBefore(chain, limits, { balanceCoin: BALANCE_COIN[chain.currency], short })
    const { proposal } = decideAction(state, rules)
    if (proposal.action !== 'OPEN_COVERED_CALL') break
    short.push({ symbol: proposal.params.symbol, sizeCoin: proposal.params.size })
  }
  return short
}

/** Fridays that are listed and at least so many days away, soonest first. */
function fridays({ calls, timeMs }: RecordedChain, leastDays: number): number[] {
  const listed = [...new Set(calls.map(({ expiryMs }) => expiryMs))].sort((a, b) => a - b)
  return listed.filter((expiryMs) => new Date(expiryMs).getUTCDay() === 5 && expiryMs - timeMs >= leastDays * DAY_MS)
}

function nextFriday(chain: RecordedChain): number {
  return fridays(chain, 5)[0] as number
}

/** A last Friday of its month: seven days on it is another one. */
function monthEnd(chain: RecordedChain): number {
  const month = (timeMs: number) => new Date(timeMs).getUTCMonth()
  return fridays(chain, 20).find((expiryMs) => month(expiryMs) !== month(expiryMs + 7 * DAY_MS)) as number
}

function firstStrike({ calls }: RecordedChain, expiryMs: number, leastUsd: number): RecordedCall {
  const above = calls.filter((call) => call.expiryMs === expiryMs && call.strikeUsd >= leastUsd)
  return above.sort((a, b) => a.strikeUsd - b.strikeUsd)[0] as RecordedCall
}

function nearestDelta(chain: RecordedChain, expiryMs: number, delta: number): RecordedCall {
  const off = (call: RecordedCall) => Math.abs(deltaOf(chain, call) - delta)
  const bid = chain.calls.filter((call) => call.expiryMs === expiryMs && call.bidPriceCoin !== null)
  return bid.sort((a, b) => off(a) - off(b))[0] as RecordedCall
}

/** Whether one would sell into a book without a second look: 0.001 is bid, and the offer is a few ticks or a quarter above. */
function isTight({ bidPriceCoin, askPriceCoin }: RecordedCall, { timeMs }: RecordedChain): boolean {
  if (bidPriceCoin === null || askPriceCoin === null || bidPriceCoin < 0.001) return false
  const middleCoin = (bidPriceCoin + askPriceCoin) / 2
  const tickCoin = timeMs < Date.UTC(2023, 0) || middleCoin > 0.005 ? 0.0005 : 0.0001
  return askPriceCoin - bidPriceCoin < Math.max(3 * tickCoin, middleCoin / 4) + 1e-9
}

/** Whether a book has lost a side, or its sides do not belong together. A few of the thousands recorded are so. */
function isBroken({ bidPriceCoin, askPriceCoin }: RecordedCall): boolean {
  return bidPriceCoin === null || askPriceCoin === null || askPriceCoin > 1.6 * bidPriceCoin
}

type Trades = { file: string; name: PresetName; trades: { currency: Currency; soldMs: number; symbol: string }[] }

/** Trades of the strategies that presets follow, as another program made them on the same chains. */
function referenceTrades(recordings: string): Trades[] {
  const folder = join(recordings, 'data/reference_backtests')
  const strategies: Record<string, PresetName> = {
    weekly_d10: 'weekly-10-delta',
    weekly_d25: 'weekly-25-delta',
    weekly_d50: 'always-atm',
    monthly_d50: 'monthly-50-delta',
  }
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, coin, strategy] = /^trades_(BTC|ETH)_\w+?_((?:weekly|monthly)_d\d+)_bid\.csv$/.exec(file) ?? []
      const name = strategy === undefined ? undefined : strategies[strategy]
      if (name === undefined) return []
      const currency = coin as Currency
      const rows = readFileSync(join(folder, file), 'utf8').trim().split('\n').slice(1)
      const trades = rows.map((row) => {
        const [sold, expiry, strikeUsd] = row.split(',').map(Number) as [number, number, number]
        const symbol = formatSymbol({ currency, expiryMs: expiry * 1_000, strikeUsd, kind: 'call' })
        return { currency, soldMs: sold * 1_000, symbol }
      })
      return [{ file, name, trades }]
    })
}
