import { type AgentMemory, agentStateSchema, CcError, EMPTY_MEMORY, type VenueHistory } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { account, DAY_MS, fakeVenue, HOUR_MS, hourly, NOW_MS, position, world } from '../test/fake-venue.js'
import { buildAgentState, createObserver } from './observe.js'

const BTC_ONLY = { underlyings: ['BTC'] } as const

async function btcState(changes: Parameters<typeof world>[0] = {}, memory: AgentMemory = EMPTY_MEMORY) {
  const state = await buildAgentState(fakeVenue({ BTC: world(changes) }), memory, BTC_ONLY)
  return state.underlyings[0]!
}

describe('the state', () => {
  it('is whole where the venue is', async () => {
    const btc = await btcState()
    expect(btc.missing).toEqual([])
    expect(btc).toMatchObject({ currency: 'BTC', spotUsd: 89_900, ages: { chain: 500, index: 100, account: 0 } })
    expect(btc.vol).toEqual({
      atmIv: expect.closeTo(0.5, 12),
      realisedVol: expect.closeTo(0.004 * Math.sqrt(8_760), 12),
      ivrv: expect.closeTo(0.5 / (0.004 * Math.sqrt(8_760)), 12),
      skew25: expect.closeTo(0, 12),
      skewDte: 28 - 2 / 24,
      dvol: 0.51,
      horizonDays: 30,
    })
    expect(btc.candidates.length).toBeGreaterThan(2)
  })

  it('parses and survives a round trip through JSON', async () => {
    const positions = [position(world().instruments[8]!.symbol, -0.5), position('BTC-PERPETUAL', 0.2, 'future')]
    const venue = fakeVenue({
      BTC: world({ account: account({ positions, marginBalanceCoin: 0 }) }),
      ETH: world({ candles: hourly([]), dvol: hourly([]), instruments: [], quotes: [] }),
    })
    const state = await buildAgentState(venue, { ...EMPTY_MEMORY, highWaterCoin: { BTC: 2 } })
    expect(agentStateSchema.parse(state)).toEqual(state)
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('is as old as its prices are, on a market that stands still too', async () => {
    const chain = async () => ({ currency: 'BTC', timestampMs: NOW_MS - 3 * HOUR_MS, quotes: world().quotes }) as const
    const state = await buildAgentState(fakeVenue({ BTC: world() }, { chain }), EMPTY_MEMORY, BTC_ONLY)
    expect(state.underlyings[0]?.ages).toEqual({ chain: 3 * HOUR_MS, index: 100, account: 0 })
  })

  it('takes its underlyings in the order that was asked for', async () => {
    const venue = fakeVenue({ BTC: world(), ETH: world() })
    const state = await buildAgentState(venue, EMPTY_MEMORY, { underlyings: ['ETH', 'BTC'] })
    expect(state.underlyings.map(({ currency }) => currency)).toEqual(['ETH', 'BTC'])
    expect(state).toMatchObject({ timeMs: NOW_MS, source: { kind: 'synthetic' }, memory: EMPTY_MEMORY })
  })

  it('reads nothing of a currency that was not asked for', async () => {
    const venue = fakeVenue({ BTC: world() })
    await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)
    expect(venue.calls.filter((call) => !call.endsWith(' BTC'))).toEqual([])
  })

  it('counts unresolved sells as committed', async () => {
    const { symbol } = world().instruments[0]!
    const unresolved = [{ label: 'cc-1', symbol, side: 'sell', sizeCoin: 0.5, validUntilMs: NOW_MS }] as const
    const { portfolio } = await btcState({}, { ...EMPTY_MEMORY, unresolved })
    expect(portfolio.coverage).toEqual({ coveredCoin: 2, committedCoin: 0.5, freeCoin: 1.5 })
  })
})

describe('what is missing', () => {
  it('is named with its reason for every null', async () => {
    const btc = await btcState({ candles: hourly([]), dvol: hourly([]), quotes: [] })
    expect(btc.vol).toEqual({
      atmIv: null,
      realisedVol: null,
      ivrv: null,
      skew25: null,
      skewDte: null,
      dvol: null,
      horizonDays: 30,
    })
    expect(btc.missing.map(({ datum }) => datum)).toEqual([
      'dayChangePct',
      'vol.atmIv',
      'vol.realisedVol',
      'vol.ivrv',
      'vol.skew25',
      'vol.skewDte',
      'vol.dvol',
    ])
  })

  it('of IV over RV is what either of them lacks', async () => {
    const { missing } = await btcState({ candles: hourly([]) })
    expect(missing).toContainEqual({ datum: 'vol.ivrv', reason: 'no history at this venue' })
    const { missing: unmoved } = await btcState({ candles: hourly(Array(744).fill(90_000)) })
    expect(unmoved).toEqual([{ datum: 'vol.ivrv', reason: 'the index did not move' }])
  })
})

describe('the venue', () => {
  const failing = (recovery: CcError['recovery']) => async (): Promise<never> => {
    throw new CcError('No.', { code: 'venue/no', recovery })
  }

  it.each(['status', 'instruments', 'chain', 'indexPrice'] as const)(
    'passes its failure of %s through',
    async (read) => {
      const venue = fakeVenue({ BTC: world() }, { [read]: failing('skip') })
      await expect(buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ code: 'venue/no' })
    },
  )

  it('passes its failure of the account through', async () => {
    const venue = fakeVenue({ BTC: world() })
    venue.broker.account = failing('retry')
    await expect(buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ code: 'venue/no' })
  })

  it('may fail to give history, which is then missing', async () => {
    const venue = fakeVenue({ BTC: world() }, { history: failing('retry') })
    const [btc] = (await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).underlyings
    expect(btc?.missing).toContainEqual({ datum: 'vol.ivrv', reason: 'venue/no' })
    expect(btc?.vol.atmIv).toBeCloseTo(0.5, 12)
  })

  it('stops the agent where its failure says so, and a bug is no missing datum', async () => {
    const halting = fakeVenue({ BTC: world() }, { history: failing('halt') })
    await expect(buildAgentState(halting, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ recovery: 'halt' })
    const broken = fakeVenue({ BTC: world() }, { history: async () => Promise.reject(new TypeError('bug')) })
    await expect(buildAgentState(broken, EMPTY_MEMORY, BTC_ONLY)).rejects.toThrow(TypeError)
  })

  it('is asked for hourly bars over the horizon and a day', async () => {
    const asked: unknown[] = []
    const history = async (_: unknown, request: { kind: VenueHistory['kind'] }) => {
      asked.push(request)
      return hourly([], { kind: request.kind })
    }
    await buildAgentState(fakeVenue({ BTC: world() }, { history }), EMPTY_MEMORY, { ...BTC_ONLY, volHorizonDays: 7 })
    expect(asked).toEqual([
      { kind: 'candles', fromMs: NOW_MS - 8 * DAY_MS, toMs: NOW_MS, resolutionMs: HOUR_MS },
      { kind: 'dvol', fromMs: NOW_MS - DAY_MS, toMs: NOW_MS, resolutionMs: HOUR_MS },
    ])
  })
})

describe('the observer', () => {
  it('observes what buildAgentState builds', async () => {
    const venue = fakeVenue({ BTC: world() })
    expect(await createObserver(venue, BTC_ONLY).observe(EMPTY_MEMORY)).toEqual(
      await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY),
    )
  })

  it('refuses bad options before it reads', () => {
    expect(() => createObserver(fakeVenue({}), { deltaMin: 0.5 })).toThrow(
      'deltaMin 0.5 must not be above deltaMax 0.35',
    )
  })

  it('stops when aborted before and while it reads', async () => {
    const aborted = AbortSignal.abort(new Error('stopped'))
    const idle = fakeVenue({ BTC: world() })
    await expect(createObserver(idle, BTC_ONLY).observe(EMPTY_MEMORY, aborted)).rejects.toThrow('stopped')
    expect(idle.calls).toEqual([])

    const controller = new AbortController()
    const reading = createObserver(idle, BTC_ONLY).observe(EMPTY_MEMORY, controller.signal)
    controller.abort(new Error('stopped'))
    await expect(reading).rejects.toThrow('stopped')
  })
})
