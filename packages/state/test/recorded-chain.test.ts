import { join } from 'node:path'
import { agentStateSchema, EMPTY_MEMORY } from '@cc/models'
import { buildAgentState, explainCall } from '@cc/state'
import { describe, expect, inject, it } from 'vitest'
import { account, fakeVenue, position } from './fake-venue.js'
import { readRecordedChain } from './recorded-chain.js'

const recordings = inject('recordings')

/** At-the-money levels of the day as its own chain shows them. */
const CHAINS = [
  { file: 'BTC_20251230T173115Z', currency: 'BTC', ivMin: 0.35, ivMax: 0.5 },
  { file: 'ETH_20251230T173115Z', currency: 'ETH', ivMin: 0.5, ivMax: 0.75 },
  { file: 'BTC_20260226T094105Z', currency: 'BTC', ivMin: 0.4, ivMax: 0.6 },
  { file: 'ETH_20260226T094105Z', currency: 'ETH', ivMin: 0.55, ivMax: 0.85 },
] as const

describe.skipIf(recordings === null).each(CHAINS)('the recorded chain $file', ({ file, currency, ivMin, ivMax }) => {
  const read = () => readRecordedChain(join(recordings ?? '', 'fixtures/chains', `${file}.json`))
  const build = async () => {
    const { world, timeMs, ...rest } = read()
    const state = await buildAgentState(fakeVenue({ [currency]: world }, {}, timeMs), EMPTY_MEMORY, {
      underlyings: [currency],
    })
    return { state, underlying: state.underlyings[0]!, world, ...rest }
  }

  it('has a sane 30-day IV and pays more for puts than for calls', async () => {
    const { vol } = (await build()).underlying
    expect(vol.atmIv).toBeGreaterThan(ivMin)
    expect(vol.atmIv).toBeLessThan(ivMax)
    const month = vol.tenors.find(({ days }) => days === 30)
    expect(month?.riskReversal25).toBeLessThan(0)
    expect(month?.riskReversal25).toBeGreaterThan(-0.2)
  })

  it('has the deltas that Deribit published', async () => {
    const { underlying, publishedDeltas } = await build()
    expect(underlying.candidates.length).toBeGreaterThan(10)
    for (const { instrument, delta } of underlying.candidates) {
      expect(Math.abs(delta - publishedDeltas.get(instrument.symbol)!)).toBeLessThan(0.005)
    }
  })

  it('accounts for every call, and names the history that it lacks', async () => {
    const { state, underlying, world } = await build()
    const calls = world.instruments.filter(({ kind }) => kind === 'call')
    const rejected = underlying.rejectedCandidates.reduce((sum, { count }) => sum + count, 0)
    expect(underlying.candidates.length + rejected).toBe(calls.length)
    const unexplained = calls.filter(({ symbol }) => explainCall(underlying, symbol).status === 'not-listed')
    expect(unexplained).toEqual([])
    expect(underlying.missing).toContainEqual({ datum: 'vol.ivrv', reason: 'no history at this venue' })
    expect(agentStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state)
  })

  it('has greeks for a short position in every option, or says why not', async () => {
    const { underlying, world } = await build()
    const positions = world.instruments.map(({ symbol }) => position(symbol, -0.1))
    const { world: held, timeMs } = read()
    const venue = fakeVenue({ [currency]: { ...held, account: account({ currency, positions }) } }, {}, timeMs)
    const [heavy] = (await buildAgentState(venue, EMPTY_MEMORY, { underlyings: [currency] })).underlyings
    const greekless = heavy?.portfolio.positions.filter(({ delta }) => delta === null) ?? []
    const named = heavy?.missing.filter(({ datum }) => datum.endsWith('.greeks')) ?? []
    expect(named.map(({ datum }) => datum)).toEqual(
      greekless.map(({ instrument }) => `positions.${instrument.symbol}.greeks`),
    )
    expect(heavy?.portfolio.positions).toHaveLength(world.instruments.length)
    expect(heavy?.portfolio.coverage.committedCoin).toBeCloseTo(
      0.1 * world.instruments.filter(({ kind }) => kind === 'call').length,
      9,
    )
    expect(heavy?.candidates).toEqual(underlying.candidates)
  })
})
