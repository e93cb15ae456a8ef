import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRecordedMarket, createSimVenue, parseRecordedChain } from '@cc/exchange-sim'
import {
  type AgentState,
  type CandidateOption,
  type Currency,
  EMPTY_MEMORY,
  type OptionPosition,
  type Venue,
} from '@cc/models'
import { portfolioForTest, positionForTest } from '@cc/models/testing'
import { decideAction, type Preset, type PresetName, presets } from '@cc/policy-rules'
import { roundPriceUp, tickSizeAt } from '@cc/pricing'
import { checkActionAllowed, type RiskLimitsInput } from '@cc/risk'
import { buildAgentState, type StateOptionsInput } from '@cc/state'
import fc from 'fast-check'
import { beforeAll, describe, expect, inject, it } from 'vitest'

/*
 * What a preset proposes on a healthy account in a calm market, and what the risk engine says to it under the limits of the
 * same preset: sale after sale, until the account has sold all that it may.
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const COINS: readonly Currency[] = ['BTC', 'ETH']
/** The largest accounts, whose owners let one order be as large. */
const LARGEST_COIN = { BTC: 10, ETH: 100 }

const names = Object.keys(presets) as PresetName[]
const seen = new Map<PresetName, AgentState[]>(names.map((name) => [name, []]))

beforeAll(async () => {
  for (const currency of COINS) {
    for (const venue of recordedVenues(currency)) await look(venue, currency)
    const venue = createSimVenue({ seed: 11, currencies: [currency] })
    for (let moment = 0; moment < 20; moment += 1) {
      // Each hour of the day and each day of the week comes by, 08:00 apart: nothing is sent while the venue settles.
      await venue.clock.sleep(29 * HOUR_MS + 7 * MINUTE_MS)
      await look(venue, currency)
    }
  }
})

describe.each(Object.values(presets))('the limits of $name', (preset) => {
  it('refuse nothing that it proposes, and nothing after it, whatever the size of the account', () => {
    let most = 0
    const states = seen.get(preset.name) ?? []
    fc.assert(
      fc.property(fc.constantFrom(...states), fc.integer({ min: 1_000, max: 10_000 }), (state, tenThousandths) => {
        const { currency } = soleOf(state)
        const balanceCoin = (tenThousandths * LARGEST_COIN[currency]) / 10_000
        most = Math.max(most, sellAll(state, { preset, balanceCoin }))
      }),
      { numRuns: 300 },
    )
    expect(most).toBe(preset.name === 'bxmw' ? 4 : 1)
  })

  it('let it sell at most moments', () => {
    const sales = (seen.get(preset.name) ?? []).map((state) =>
      sellAll(state, { preset, balanceCoin: LARGEST_COIN[soleOf(state).currency] }),
    )
    expect(sales.length).toBeGreaterThanOrEqual(40)
    expect(sales.filter((count) => count > 0).length).toBeGreaterThan(0.8 * sales.length)
  })
})

/** Sells all that is proposed, each sale a cooldown after the one before, and says how many calls that were. */
function sellAll(moment: AgentState, { preset, balanceCoin }: { preset: Preset; balanceCoin: number }): number {
  const sold: CandidateOption[] = []
  let state = withAccount(moment, { balanceCoin, positions: [], initialMarginCoin: 0 })
  for (;;) {
    const { proposal } = decideAction(state, { ...preset.rules, maxSizeCoin: LARGEST_COIN })
    if (proposal.action === 'DO_NOTHING') return sold.length
    const verdict = checkActionAllowed(state, proposal, riskOf(preset))
    expect([proposal.action, ...verdict.reasons]).toEqual(['OPEN_COVERED_CALL'])
    if (proposal.action !== 'OPEN_COVERED_CALL') throw new Error('It opens calls and nothing else.')

    const { symbol, size } = proposal.params
    const { candidates, portfolio } = soleOf(state)
    const call = candidates.find(({ instrument }) => instrument.symbol === symbol) as CandidateOption
    sold.push(call)
    state = withAccount(moment, {
      balanceCoin: portfolio.balanceCoin + size * call.netPremiumCoin,
      positions: [...portfolio.positions, shortOf(call, size)],
      initialMarginCoin: portfolio.initialMarginCoin + size * call.initialMarginCoin,
    })
    const cooldownMs = preset.limits.cooldownMin * MINUTE_MS
    const recentOpens = sold.map(({ instrument }, place) => ({
      ...{ decisionId: 'feed0000', action: 'OPEN_COVERED_CALL' as const, symbol: instrument.symbol },
      timeMs: state.timeMs - (sold.length - place) * cooldownMs,
    }))
    state = { ...state, memory: { ...EMPTY_MEMORY, recentOpens } }
  }
}

type Account = { balanceCoin: number; positions: readonly OptionPosition[]; initialMarginCoin: number }

/** The same moment with this account, in a calm market whose marks do not contradict its books. */
function withAccount(state: AgentState, account: Account): AgentState {
  const underlying = soleOf(state)
  const { spotUsd, vol } = underlying
  const portfolio = portfolioForTest({ ...account, spotUsd })
  const candidates = underlying.candidates.filter(isNearMark)
  const calm = { ...underlying, dayChangePct: 0, vol: { ...vol, dvolDayChange: 0 }, candidates, portfolio }
  return { ...state, underlyings: [calm] }
}

/** A mark above the offer is nothing rare, and for a call of few ticks it lies far from the bid: whoever sells there waits. */
function isNearMark({ bidPriceCoin, markPriceCoin, instrument }: CandidateOption): boolean {
  const ticks = (markPriceCoin - bidPriceCoin) / tickSizeAt(markPriceCoin, instrument)
  return ticks <= 2 || bidPriceCoin >= roundPriceUp(0.8 * markPriceCoin, instrument)
}

function shortOf(call: CandidateOption, sizeCoin: number): OptionPosition {
  const { instrument, bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd } = call
  const { dte, delta, netDelta, gamma, vega, theta, moneyness } = call
  return positionForTest(instrument.symbol, {
    ...{ instrument, sizeCoin: -sizeCoin, averagePriceCoin: bidPriceCoin, bidPriceCoin, askPriceCoin, markPriceCoin },
    ...{ markIv, forwardUsd, dte, delta, netDelta, gamma, vega, theta, moneyness, inTheMoney: moneyness < 0 },
  })
}

function soleOf(state: AgentState) {
  const [underlying] = state.underlyings
  if (underlying === undefined) throw new Error('A state has an underlying.')
  return underlying
}

/** Keeps what each preset sees of this moment. */
async function look(venue: Venue, currency: Currency): Promise<void> {
  for (const preset of Object.values(presets)) {
    seen.get(preset.name)?.push(await buildAgentState(venue, EMPTY_MEMORY, screeningOf(preset, currency)))
  }
}

function screeningOf({ limits, maxCandidates }: Preset, currency: Currency): StateOptionsInput {
  const { deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd, maxSpreadTicks, maxSpreadIv } = limits
  return {
    ...{ underlyings: [currency], deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd, maxCandidates },
    liquidity: { maxSpreadTicks, maxSpreadIv },
  }
}

function riskOf({ limits }: Preset): RiskLimitsInput {
  const { deltaMin, deltaMax, dteMin, dteMax, moneynessMin, premiumMinUsd } = limits
  const { maxSpreadTicks, maxNetDeltaAbs, maxExpiryExposure, cooldownMin } = limits
  return {
    ...{ delta: { min: deltaMin, max: deltaMax }, dte: { min: dteMin, max: dteMax }, minMoneyness: moneynessMin },
    ...{ minNetPremiumUsd: premiumMinUsd, spread: { ticks: maxSpreadTicks }, maxNetDeltaAbs, maxExpiryExposure },
    ...{ cooldownMs: cooldownMin * MINUTE_MS, maxOrderCoin: LARGEST_COIN, maxOrderUsd: 2_000_000 },
  }
}

/** Every tenth recorded moment of a month in which the market fell by a seventh within a day. */
function recordedVenues(currency: Currency): Venue[] {
  const recordings = inject('recordings')
  if (recordings === null) return []
  const textOf = (name: string) =>
    gunzipSync(readFileSync(join(recordings, 'data/deribit_chains_2026', `${name}.gz`))).toString()
  const snapshots = textOf('snapshots.csv')
  const name = `${currency}-2026-02.csv`
  const [header = '', ...rows] = textOf(name).trim().split('\n')
  const momentOf = (row: string) => row.slice(0, row.indexOf(','))
  const byMoment = new Map<string, string[]>()
  for (const row of rows) {
    const rowsThen = byMoment.get(momentOf(row))
    if (rowsThen === undefined) byMoment.set(momentOf(row), [row])
    else rowsThen.push(row)
  }
  return [...byMoment.values()]
    .filter((_, place) => place % 10 === 0)
    .map((some) => {
      const chain = parseRecordedChain({ name, text: [header, ...some].join('\n'), snapshots })
      return createSimVenue({}, { market: createRecordedMarket([chain]) })
    })
}
