import type { AgentState, Currency, LedgerEntry } from '@cc/models'
import { positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWorld, memoryAt, RUN_ID, row, START_MS, SYMBOL } from './engine-world.fixture.js'
import { afterLedger, afterState } from './ledger-memory.js'
import { NOTHING_REMEMBERED, type Remembered, resumed } from './memory-store.js'
import { runCycle } from './run-cycle.js'

const DAY_MS = 86_400_000
const OTHER = 'BTC-27FEB26-120000-C'

type Look = { timeMs: number; coin: number; sizes?: Readonly<Record<string, number>>; currency?: Currency }

/** A state whose account is of `timeMs` and holds `coin`, with these positions. */
function seenAt({ timeMs, coin, sizes = {}, currency = 'BTC' }: Look): AgentState {
  const positions = Object.entries(sizes).map(([symbol, sizeCoin]) => positionForTest(symbol, { sizeCoin }))
  const portfolio = { balanceCoin: coin, positions }
  return stateForTest({ timeMs: timeMs + 40, underlyings: [underlyingForTest({ timeMs, currency, portfolio })] })
}

const read = (remembered: Remembered, readMs: number, ...rows: readonly LedgerEntry[]) =>
  afterLedger(remembered, { rows, readMs }, ['BTC', 'ETH'])
const explainedIn = ({ memory }: Remembered, currency: Currency = 'BTC') => memory.explained[currency]

describe('what an account must hold', () => {
  const first = afterState(NOTHING_REMEMBERED, seenAt({ timeMs: 1_000, coin: 2, sizes: { [SYMBOL]: -0.1 } }))

  it('is not known before the ledger has been read past the first look', () => {
    expect(explainedIn(first)).toBeUndefined()
    expect(explainedIn(read(first, 1_000))).toBeUndefined()
    expect(explainedIn(read(first, 1_001))).toEqual({
      balanceCoin: 2,
      positions: [{ symbol: SYMBOL, sizeCoin: -0.1 }],
    })
  })

  it('is the first look and every later row; a row of its very time is in it', () => {
    const early = row('early', 999, { changeCoin: 1, sizeCoin: -1 })
    const same = row('same', 1_000, { changeCoin: 1, sizeCoin: -1 })
    const next = row('next', 1_001, { changeCoin: 0.25, sizeCoin: -0.2 })
    expect(explainedIn(read(first, 2_000, next, same, early))).toEqual({
      balanceCoin: 2.25,
      positions: [{ symbol: SYMBOL, sizeCoin: -0.3 }],
    })
  })

  it('is moved by rows of all kinds, and forgets a position that is gone, without the noise of floats', () => {
    const known = read(first, 2_000, row('a', 1_500, { sizeCoin: -0.2, changeCoin: 0 }))
    const delivered = row('d', 2_000, { kind: 'delivery', sizeCoin: 0.3, changeCoin: -0.1 })
    const moved = row('m', 2_000, { kind: 'transfer', symbol: null, sizeCoin: null, changeCoin: -0.5 })
    const future = row('f', 2_000, { kind: 'settlement', symbol: 'BTC-PERPETUAL', sizeCoin: null, changeCoin: -0.25 })
    const other = row('o', 2_000, { symbol: OTHER, sizeCoin: -0.7, changeCoin: 0.1 })
    const eth = row('e', 2_000, { currency: 'ETH', symbol: 'ETH-27FEB26-5000-C', sizeCoin: -1, changeCoin: 9 })
    const held = explainedIn(read(known, 3_000, delivered, moved, future, other, eth))
    expect(held).toEqual({
      balanceCoin: expect.closeTo(2 - 0.1 - 0.5 - 0.25 + 0.1, 12),
      positions: [{ symbol: OTHER, sizeCoin: -0.7 }],
    })
    expect(explainedIn(known, 'ETH')).toBeUndefined()
  })

  it('forgets a delivered option whose size the venue does not tell, and no other row without a size does that', () => {
    const held = [{ symbol: SYMBOL, sizeCoin: -0.1 }]
    const other = read(first, 2_000, row('t', 1_500, { sizeCoin: null, changeCoin: 0 }))
    expect(explainedIn(other)).toEqual({ balanceCoin: 2, positions: held })
    const unsized = row('d', 1_500, { kind: 'delivery', sizeCoin: null, changeCoin: -0.05 })
    expect(explainedIn(read(first, 2_000, unsized, { ...unsized, id: 'again', changeCoin: 0 }))).toEqual({
      balanceCoin: 1.95,
      positions: [],
    })
  })

  it('takes no delivery for a position that it does not know', () => {
    const strange = row('d', 1_500, { kind: 'delivery', symbol: OTHER, sizeCoin: 0.3, changeCoin: -0.05 })
    expect(explainedIn(read(first, 2_000, strange))).toEqual({
      balanceCoin: 1.95,
      positions: [{ symbol: SYMBOL, sizeCoin: -0.1 }],
    })
  })

  it('knows options that no longer list, and no futures', () => {
    const otherPositions = [
      { symbol: OTHER, kind: 'option', sizeCoin: -0.4 },
      { symbol: 'BTC-PERPETUAL', kind: 'future', sizeCoin: -0.4 },
    ] as const
    const underlyings = [underlyingForTest({ timeMs: 1_000, portfolio: { balanceCoin: 1, otherPositions } })]
    const seen = afterState(NOTHING_REMEMBERED, stateForTest({ timeMs: 1_000, underlyings }))
    expect(explainedIn(read(seen, 2_000))?.positions).toEqual([{ symbol: OTHER, sizeCoin: -0.4 }])
  })

  it('stays what the ledger says, whatever is seen later', () => {
    const known = read(first, 2_000)
    const later = read(afterState(known, seenAt({ timeMs: 3_000, coin: 7, sizes: { [OTHER]: -3 } })), 4_000)
    expect(explainedIn(later)).toEqual(explainedIn(known))
    const pending = afterState(first, seenAt({ timeMs: 1_500, coin: 7 }))
    expect(explainedIn(read(pending, 4_000))).toEqual(explainedIn(known))
  })

  it('begins anew with the next look once a person enabled the agent, also where the first look still waits', () => {
    for (const before of [first, read(first, 2_000)]) {
      const again = resumed(before, 2_500)
      expect(explainedIn(read(again, 2_600, row('between', 2_550)))).toBeUndefined()
      const seen = afterState(again, seenAt({ timeMs: 3_000, coin: 5 }))
      expect(explainedIn(read(seen, 4_000, row('after', 3_500, { changeCoin: 1, sizeCoin: -1 })))).toEqual({
        balanceCoin: 6,
        positions: [{ symbol: SYMBOL, sizeCoin: -1 }],
      })
    }
  })

  describe('where a delivery is due as a person enables the agent', () => {
    const expiryMs = Date.UTC(2026, 0, 30, 8)
    const before = afterState(
      NOTHING_REMEMBERED,
      seenAt({ timeMs: expiryMs - 9e6, coin: 2, sizes: { [SYMBOL]: -0.1 } }),
    )
    const payout = row('d', expiryMs, { kind: 'delivery', sizeCoin: 0.1, changeCoin: -0.05 })

    it.each([
      { why: 'from an hour before', atMs: expiryMs - 3_600_000 },
      { why: 'and after it', atMs: expiryMs + 180_000 },
    ])('is what it was, $why, so that the payout cannot be sold a second time', ({ atMs }) => {
      for (const known of [before, read(before, expiryMs - 8e6)]) {
        const again = resumed(known, atMs)
        expect(explainedIn(read(again, atMs))).toEqual(explainedIn(read(before, atMs)))
        expect(explainedIn(read(again, atMs + 9e6, payout))).toEqual({ balanceCoin: 1.95, positions: [] })
      }
    })

    it('begins anew where it is due later, and where the missing delivery is what stopped the agent', () => {
      const known = read(before, expiryMs - 8e6)
      expect(explainedIn(resumed(known, expiryMs - 3_600_001))).toBeUndefined()
      const guards = { ...known.memory.guards, latched: { code: 'delivery-missing' as const, sinceMs: expiryMs + 6e5 } }
      expect(explainedIn(resumed({ ...known, memory: { ...known.memory, guards } }, expiryMs + 7e5))).toBeUndefined()
    })
  })

  it('is the first look and all rows after it, for any interleaving of looks, rows and readings', () => {
    const currencies = ['BTC', 'ETH'] as const
    const unit = fc.integer({ min: -20, max: 20 }).map((tenths) => tenths / 10)
    const step = fc.oneof(
      fc.record({ kind: fc.constant('look' as const), currency: fc.constantFrom(...currencies), ageMs: fc.nat(30) }),
      fc.record({
        kind: fc.constant('row' as const),
        currency: fc.constantFrom(...currencies),
        symbol: fc.constantFrom(SYMBOL, OTHER, null),
        sizeCoin: unit,
        changeCoin: unit,
      }),
      fc.record({ kind: fc.constant('read' as const), lagMs: fc.nat(60) }),
    )
    const timed = fc.record({ afterMs: fc.nat(25), step })
    fc.assert(
      fc.property(fc.array(timed, { maxLength: 60 }), (steps) => {
        let nowMs = 1_000
        let readMs = 0
        let remembered = NOTHING_REMEMBERED
        const rows: LedgerEntry[] = []
        const firstLook = new Map<Currency, Look>()
        /** The truth of the venue: all rows of a currency up to a time. */
        const truth = (currency: Currency, fromMs: number, toMs: number) =>
          rows.filter((one) => one.currency === currency && one.timestampMs > fromMs && one.timestampMs < toMs)
        const sizeIn = (some: readonly LedgerEntry[], symbol: string) =>
          some
            .filter((one) => one.symbol === symbol)
            .reduce((sum, one) => sum + Math.round((one.sizeCoin ?? 0) * 10), 0)
        const coinIn = (some: readonly LedgerEntry[]) =>
          some.reduce((sum, one) => sum + Math.round(one.changeCoin * 10), 0)

        for (const { afterMs, step } of steps) {
          nowMs += afterMs
          if (step.kind === 'row') {
            // A look holds all that is stamped up to its own time.
            nowMs += 1
            const { kind: _, symbol, sizeCoin, ...change } = step
            const size = symbol === null ? null : sizeCoin
            rows.push(row(`${rows.length}`, nowMs, { ...change, symbol, sizeCoin: size }))
          } else if (step.kind === 'look') {
            const { currency } = step
            const timeMs = Math.max(readMs, nowMs - step.ageMs)
            const before = truth(currency, -1, timeMs + 1)
            const sizes = Object.fromEntries([SYMBOL, OTHER].map((symbol) => [symbol, sizeIn(before, symbol) / 10]))
            const held = Object.fromEntries(Object.entries(sizes).filter(([, size]) => size !== 0))
            const look: Look = { timeMs, currency, coin: coinIn(before) / 10, sizes: held }
            if (!firstLook.has(currency)) firstLook.set(currency, look)
            remembered = afterState(remembered, seenAt(look))
          } else {
            const toMs = Math.max(readMs, nowMs - step.lagMs)
            const known = rows.filter((one) => one.timestampMs >= readMs && one.timestampMs < toMs)
            remembered = afterLedger(remembered, { rows: known, readMs: toMs }, currencies)
            readMs = toMs
          }
          for (const currency of currencies) {
            const look = firstLook.get(currency)
            const held = explainedIn(remembered, currency)
            if (look === undefined || readMs <= look.timeMs) {
              expect(held).toBeUndefined()
              continue
            }
            const all = truth(currency, -1, readMs)
            expect(held?.balanceCoin).toBeCloseTo(coinIn(all) / 10, 9)
            const sizes = Object.fromEntries((held?.positions ?? []).map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))
            for (const symbol of [SYMBOL, OTHER]) expect(sizes[symbol] ?? 0).toBe(sizeIn(all, symbol) / 10 || 0)
            expect(Object.values(sizes)).not.toContain(0)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

describe('the equity of a day', () => {
  const dayMs = START_MS
  const noon = dayMs + DAY_MS / 2
  const transfer = (timestampMs: number, changeCoin: number) => row('t', timestampMs, { kind: 'transfer', changeCoin })
  const first = afterState(NOTHING_REMEMBERED, seenAt({ timeMs: noon, coin: 2 }))

  it('is that of its first look, known at once', () => {
    expect(first.memory.dayStart).toEqual({ BTC: { dayMs, equityCoin: 2 } })
    const later = afterState(first, seenAt({ timeMs: dayMs + DAY_MS - 1, coin: 1 }))
    expect(later.memory.dayStart).toEqual({ BTC: { dayMs, equityCoin: 2 } })
    const next = afterState(later, seenAt({ timeMs: dayMs + DAY_MS, coin: 1.5 }))
    expect(next.memory.dayStart).toEqual({ BTC: { dayMs: dayMs + DAY_MS, equityCoin: 1.5 } })
    // A read of the account that began before midnight and is told late.
    expect(afterState(next, seenAt({ timeMs: dayMs + DAY_MS - 1, coin: 9 })).memory.dayStart).toEqual(
      next.memory.dayStart,
    )
  })

  it('is moved by transfers after that look, of which none is lost and none counts twice', () => {
    const rows = [transfer(noon - 1, 10), transfer(noon, 20), transfer(noon + 1, -0.5), transfer(noon + 2, 0.25)]
    const moved = read(first, noon + 10, ...rows, row('premium', noon + 3, { changeCoin: 7 }))
    expect(moved.memory.dayStart).toEqual({ BTC: { dayMs, equityCoin: 1.75 } })
    // The ledger may lag behind the look of a new day: what was moved before it is in it.
    const midnight = dayMs + DAY_MS
    const next = afterState(moved, seenAt({ timeMs: midnight + 500, coin: 3 }))
    const late = read(next, midnight + 900, transfer(midnight - 10, 1), transfer(midnight + 501, -1))
    expect(late.memory.dayStart).toEqual({ BTC: { dayMs: midnight, equityCoin: 2 } })
  })

  it('is in the state from the second look on', async () => {
    const world = createWorld()
    const days = []
    for (const equityCoin of [2, 1.9, 1.8]) {
      world.script.equityCoin = equityCoin
      const record = await runCycle(world.ports, { runId: RUN_ID, underlyings: ['BTC'] })
      days.push(record.state?.memory.dayStart.BTC?.equityCoin)
      await world.clock.sleep(60_000)
    }
    expect(days).toEqual([undefined, 2, 2])
  })
})

it('goes on where it left the ledger of a currency that is traded again after a while', async () => {
  const CALL = 'ETH-2JAN26-5000-C'
  const HOUR_MS = 3_600_000
  const explained = {
    BTC: { balanceCoin: 2, positions: [] },
    ETH: { balanceCoin: 20, positions: [{ symbol: CALL, sizeCoin: -1 }] },
  }
  const memory = memoryAt(START_MS, { explained, highWaterCoin: { BTC: 2, ETH: 20 } })
  const { ports, ledger, clock, log, store } = createWorld({ store: { memory } })
  ledger.push(
    row('btc', START_MS + HOUR_MS, { changeCoin: 0, sizeCoin: null }),
    row('d', START_MS + 8 * HOUR_MS, {
      kind: 'delivery',
      currency: 'ETH',
      symbol: CALL,
      sizeCoin: 1,
      changeCoin: -0.1,
    }),
    row('t', START_MS + 9 * HOUR_MS, {
      kind: 'transfer',
      currency: 'ETH',
      symbol: null,
      sizeCoin: null,
      changeCoin: -5,
    }),
  )
  for (const underlyings of [['BTC'], ['BTC'], ['BTC', 'ETH'], ['BTC', 'ETH']] as const) {
    await clock.sleep(30 * HOUR_MS)
    await runCycle(ports, { runId: RUN_ID, underlyings: [...underlyings], ledgerLagMs: 0 })
  }
  expect(log.decisions.map((entry) => entry.ledger.map(({ id }) => id))).toEqual([['btc'], [], ['d', 't'], []])
  expect(store.values.get('memory')).toMatchObject({
    explained: { ETH: { balanceCoin: expect.closeTo(14.9, 9), positions: [] } },
    highWaterCoin: { ETH: 15 },
    leftMs: {},
  })
})
