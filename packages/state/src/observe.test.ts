import { type AgentMemory, agentStateSchema, CcError, EMPTY_MEMORY, type VenueStatus } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { account, ethWorld, fakeVenue, hourly, NOW_MS, position, world } from '../test/fake-venue.js'
import { buildAgentState, createObserver } from './observe.js'

const BTC_ONLY = { underlyings: ['BTC'] } as const
const CALL = world().instruments[10]?.symbol ?? ''

async function btcState(changes: Parameters<typeof world>[0] = {}, memory: AgentMemory = EMPTY_MEMORY) {
  const state = await buildAgentState(fakeVenue({ BTC: world(changes) }), memory, BTC_ONLY)
  return state.underlyings[0]!
}

function failing(recovery: CcError['recovery']) {
  return async (): Promise<never> => {
    throw new CcError('No.', { code: 'venue/no', recovery })
  }
}

describe('the state', () => {
  it('is whole where the venue is', async () => {
    const venue = fakeVenue({ BTC: world({}, [4, 14, 28, 42, 98]) })
    const btc = (await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).underlyings[0]!
    expect(btc.missing).toEqual([])
    expect(btc).toMatchObject({ currency: 'BTC', spotUsd: 89_900 })
    expect(Object.values(btc.parts)).not.toContain(null)
    expect(btc.vol.atmIv).toBeCloseTo(0.5, 6)
    expect(btc.vol.ivrv).toBeCloseTo(0.5 / (0.004 * Math.sqrt(8_760)), 6)
    expect(btc.candidates.length).toBeGreaterThan(2)
  })

  it('parses and survives a round trip through JSON', async () => {
    const positions = [position(CALL, -0.5), position('BTC-PERPETUAL', 0.2, 'future')]
    const venue = fakeVenue({
      BTC: world({ account: account({ positions, marginBalanceCoin: 0 }) }),
      ETH: ethWorld({ candles: hourly([]), dvol: hourly([], { kind: 'dvol' }), instruments: [], quotes: [] }),
    })
    const state = await buildAgentState(venue, { ...EMPTY_MEMORY, highWaterCoin: { BTC: 2 } })
    expect(agentStateSchema.parse(state)).toEqual(state)
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('takes its underlyings in the order that was asked for', async () => {
    const venue = fakeVenue({ BTC: world(), ETH: ethWorld() })
    const state = await buildAgentState(venue, EMPTY_MEMORY, { underlyings: ['ETH', 'BTC'] })
    expect(state.underlyings.map(({ currency }) => currency)).toEqual(['ETH', 'BTC'])
    expect(state).toMatchObject({ timeMs: NOW_MS, source: { kind: 'synthetic' }, memory: EMPTY_MEMORY })
  })

  it('says what the venue says of itself in this very cycle, and not what it may do', async () => {
    const status = { testnet: false, locked: ['ETH'] as const, clockErrorMs: 12.5 }
    const source = { kind: 'synthetic', description: 'another' } as const
    const said: VenueStatus[] = [{ ...status, source, scopes: ['trade:read_write'] }]
    const venue = fakeVenue(
      { BTC: world() },
      { status: async () => said.pop() ?? Promise.reject(new Error('asked twice')) },
    )
    const state = await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)
    expect(state).toMatchObject({ venue: status, source })
    expect(Object.keys(state.venue)).not.toContain('scopes')
    said.push({ ...status, testnet: true, locked: [], source, scopes: [] })
    expect((await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).venue).toEqual({
      ...status,
      testnet: true,
      locked: [],
    })
  })

  it('counts unresolved sells as committed', async () => {
    const unresolved = [{ label: 'cc-1', symbol: CALL, side: 'sell', sizeCoin: 0.5, validUntilMs: NOW_MS }] as const
    const { portfolio } = await btcState({}, { ...EMPTY_MEMORY, unresolved })
    expect(portfolio.coverage).toEqual({ coveredCoin: 2, committedCoin: 0.5, freeCoin: 1.5 })
  })

  it('is complete when the last reading is in', async () => {
    const venue = fakeVenue({ BTC: world() })
    let nowMs = NOW_MS
    venue.clock.now = () => nowMs
    const read = venue.broker.account
    venue.broker.account = async (currency) => {
      nowMs += 400
      return { ...(await read(currency)), timestampMs: nowMs - 150 }
    }
    const { instruments } = venue.market
    venue.market.instruments = async (currency) => {
      const listed = await instruments(currency)
      nowMs += 50
      return listed
    }
    const state = await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)
    expect(state.timeMs).toBe(NOW_MS + 850)
    expect(state.underlyings[0]?.parts).toMatchObject({
      account: { timestampMs: NOW_MS + 700, ageMs: 150 },
      chain: { timestampMs: NOW_MS - 500, ageMs: 1_350 },
      instruments: { timestampMs: NOW_MS + 400, ageMs: 450 },
    })
  })
})

describe('the venue', () => {
  it.each(['status', 'instruments', 'chain', 'indexPrice'] as const)(
    'passes its failure of %s through',
    async (read) => {
      const venue = fakeVenue({ BTC: world() }, { [read]: failing('skip') })
      await expect(buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ code: 'venue/no' })
    },
  )

  it.each([1, 2])('passes its failure of the account through, of read %i', async (failingRead) => {
    const venue = fakeVenue({ BTC: world() })
    const read = venue.broker.account
    let reads = 0
    venue.broker.account = (currency) => {
      reads += 1
      return reads === failingRead ? failing('retry')() : read(currency)
    }
    await expect(buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ code: 'venue/no' })
    expect(reads).toBe(failingRead)
  })

  it('may fail to give history, which is then missing', async () => {
    const venue = fakeVenue({ BTC: world() }, { history: failing('retry') })
    const [btc] = (await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).underlyings
    expect(btc?.missing).toContainEqual({ datum: 'vol.ivrv', reason: 'venue/no' })
    expect(btc?.vol.atmIv).toBeCloseTo(0.5, 6)
    expect(btc?.parts).toMatchObject({ candles: null, dvol: null })
  })

  it('may fail to give a ticker, whose call is then no candidate', async () => {
    const all = (await btcState()).candidates.map(({ instrument }) => instrument.symbol)
    const [lost = ''] = all
    const venue = fakeVenue({ BTC: world() })
    const { quote } = venue.market
    venue.market.quote = (symbol) => (symbol === lost ? failing('retry')() : quote(symbol))
    const [btc] = (await buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).underlyings
    expect(btc?.candidates.map(({ instrument }) => instrument.symbol)).toEqual(all.filter((symbol) => symbol !== lost))
    expect(btc?.rejectedCandidates).toContainEqual({
      reason: 'no-ticker',
      count: 1,
      limit: null,
      values: { [lost]: 'venue/no' },
    })
  })

  it.each(['history', 'quote'] as const)(
    'stops the agent where its failure of %s says so, and a bug is no missing datum',
    async (read) => {
      const halting = fakeVenue({ BTC: world() }, { [read]: failing('halt') })
      await expect(buildAgentState(halting, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({ recovery: 'halt' })
      const broken = fakeVenue({ BTC: world() }, { [read]: async () => Promise.reject(new TypeError('bug')) })
      await expect(buildAgentState(broken, EMPTY_MEMORY, BTC_ONLY)).rejects.toThrow(TypeError)
    },
  )

  it('that quotes NaN costs the cycle, by name', async () => {
    const quotes = world().quotes.map((quote, row) => (row === 3 ? { ...quote, markPriceCoin: Number.NaN } : quote))
    const venue = fakeVenue({ BTC: world({ quotes }) })
    await expect(buildAgentState(venue, EMPTY_MEMORY, BTC_ONLY)).rejects.toMatchObject({
      code: 'state/bad-reading',
      recovery: 'skip',
      facts: { part: 'chain', row: 3, field: 'markPriceCoin' },
    })
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

  it('reads nothing once it is aborted', async () => {
    const venue = fakeVenue({ BTC: world() })
    const aborted = AbortSignal.abort(new Error('stopped'))
    await expect(createObserver(venue, BTC_ONLY).observe(EMPTY_MEMORY, aborted)).rejects.toThrow('stopped')
    expect(venue.calls).toEqual([])
  })

  it.each([
    { during: 'status', never: 'chain' },
    { during: 'chain', never: 'quote' },
    { during: 'quote', never: 'account again' },
  ] as const)('begins no further stage when it is aborted while it reads the $during', async ({ during, never }) => {
    const controller = new AbortController()
    const venue = fakeVenue({ BTC: world() })
    const read = venue.market[during] as (...asked: unknown[]) => Promise<never>
    venue.market[during] = (...asked: unknown[]) => {
      controller.abort(new Error('stopped'))
      return read(...asked)
    }
    const reading = createObserver(venue, BTC_ONLY).observe(EMPTY_MEMORY, controller.signal)
    await expect(reading).rejects.toThrow('stopped')
    const [what = '', again] = never.split(' ')
    expect(venue.calls.filter((call) => call.startsWith(what))).toHaveLength(again === undefined ? 0 : 1)
  })

  it('gives no state when it is aborted while it reads the accounts again', async () => {
    const controller = new AbortController()
    const venue = fakeVenue({ BTC: world() })
    const read = venue.broker.account
    venue.broker.account = (currency) => {
      if (venue.calls.includes('chain BTC')) controller.abort(new Error('stopped'))
      return read(currency)
    }
    const reading = createObserver(venue, BTC_ONLY).observe(EMPTY_MEMORY, controller.signal)
    await expect(reading).rejects.toThrow('stopped')
  })
})
