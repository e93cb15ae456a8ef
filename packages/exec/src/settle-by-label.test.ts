import type { HaltSwitch, OrderTerms, SendIntent } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createScriptedBroker, FAR, type SendScript, START_MS, type Venue } from './scripted-broker.fixture.js'
import { settleByLabel } from './settle-by-label.js'

const options = { validForMs: 3_000, fenceSlackMs: 5_000, pollMs: 1_000 }
const terms: OrderTerms = {
  ...{ label: 'cc-00000000-11111111-o-1', symbol: FAR.symbol, side: 'sell', sizeCoin: 1, priceCoin: 0.0035 },
  ...{ postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled', validUntilMs: START_MS + 3_000 },
}
const FENCE_MS = START_MS + 8_000

async function settle({
  failing = {},
  lagging = {},
  prepare,
  ...changes
}: Partial<Pick<SendIntent, 'terms' | 'timeMs'>> & {
  failing?: Partial<Venue['failing']>
  lagging?: Partial<Venue['lagging']>
  prepare?: (venue: Venue) => Partial<Venue['ports']['broker']> | undefined
} = {}) {
  const venue = createScriptedBroker()
  Object.assign(venue.failing, failing)
  Object.assign(venue.lagging, lagging)
  const broker = { ...venue.ports.broker, ...prepare?.(venue) }
  const sent = { terms, timeMs: START_MS, ...changes }
  const settlement = await settleByLabel({ ...venue.ports, broker }, sent, options)
  const looks = venue.events.filter((event) => event.startsWith('findByLabel')).length
  return { ...venue, settlement, looks }
}

describe('settleByLabel', () => {
  it('looks at once and cancels what rests', async () => {
    const { settlement, clock } = await settle({ prepare: ({ take }) => void take(terms, { fillNow: 0.4 }) })
    const order = { state: 'cancelled', filledCoin: 0.4, averagePriceCoin: 0.0035 }
    expect(settlement).toMatchObject({ outcome: 'ended', order })
    expect(clock.now()).toBe(START_MS)
  })

  it('takes two empty answers after the fence, a pause apart, for absence', async () => {
    const { settlement, looks, clock } = await settle()
    expect(settlement).toEqual({ outcome: 'absent' })
    expect(looks).toBe(3)
    expect(clock.now()).toBe(FENCE_MS + 1 + 1_000)
  })

  it('finds an order that the index did not show in its first answer after the fence', async () => {
    const { settlement } = await settle({
      lagging: { findByLabel: 2 },
      prepare: ({ take }) => void take(terms, {}),
    })
    expect(settlement).toMatchObject({ outcome: 'ended', order: { state: 'cancelled' } })
  })

  describe('once halted', () => {
    const hiddenFor = (durationMs: number, { take, ports, clock }: Venue) => {
      take(terms, {})
      return {
        findByLabel: async (...asked: Parameters<Venue['ports']['broker']['findByLabel']>) => {
          const found = await ports.broker.findByLabel(...asked)
          return clock.now() < START_MS + durationMs ? { ...found, orders: [] } : found
        },
      }
    }
    const haltAt = (durationMs: number, { clock, halt }: Venue) =>
      void clock.sleep(durationMs).then(() => halt.latch('kill'))

    it('looks at once and cancels what rests, long before the fence', async () => {
      const { settlement, clock, looks } = await settle({
        prepare: (venue) => {
          haltAt(2_500, venue)
          return hiddenFor(100, venue)
        },
      })
      expect(settlement).toMatchObject({ outcome: 'ended', order: { state: 'cancelled' } })
      expect(clock.now()).toBe(START_MS + 2_500)
      expect(looks).toBe(2)
    })

    it.each([
      { when: 'on the way to the fence', haltedMs: 500, foundMs: 3_500 },
      { when: 'before the first look', haltedMs: 0, foundMs: 3_000 },
    ])('$when, it looks again at every poll', async ({ haltedMs, foundMs }) => {
      const { settlement, clock } = await settle({
        prepare: (venue) => {
          if (haltedMs === 0) void venue.halt.latch('kill')
          else haltAt(haltedMs, venue)
          return hiddenFor(2_800, venue)
        },
      })
      expect(settlement).toMatchObject({ outcome: 'ended', order: { state: 'cancelled' } })
      expect(clock.now()).toBe(START_MS + foundMs)
    })

    it('takes no empty or failed look before the fence for absence', async () => {
      const { settlement, clock, looks } = await settle({
        failing: { findByLabel: 2 },
        prepare: ({ halt }) => void halt.latch('kill'),
      })
      expect(settlement).toEqual({ outcome: 'absent' })
      expect(clock.now()).toBe(FENCE_MS + 1 + 1_000)
      expect(looks).toBe(1 + 8 + 2)
    })

    it('heeds a switch that is on without a signal, and a signal whose switch was lifted', async () => {
      const lifted = AbortSignal.abort(new Error('kill'))
      const switches: HaltSwitch[] = [
        { read: () => ({ halted: true, reason: 'kill' }), latch: async () => {}, signal: new AbortController().signal },
        { read: () => ({ halted: false }), latch: async () => {}, signal: lifted },
      ]
      for (const halt of switches) {
        const venue = createScriptedBroker()
        const broker = { ...venue.ports.broker, ...hiddenFor(2_800, venue) }
        await settleByLabel({ ...venue.ports, broker, halt }, { terms, timeMs: START_MS }, options)
        expect(venue.clock.now()).toBe(START_MS + 3_000)
      }
    })

    it('ends when the caller stops it, on its way to the fence and while it polls', async () => {
      for (const isHalted of [false, true]) {
        const venue = createScriptedBroker()
        const stop = new AbortController()
        if (isHalted) void venue.halt.latch('kill')
        void venue.clock.sleep(1_500).then(() => stop.abort(new Error('stop')))
        const settling = settleByLabel(venue.ports, { terms, timeMs: START_MS }, options, stop.signal)
        await expect(settling).rejects.toThrow('stop')
        expect(venue.clock.now()).toBe(START_MS + 1_500)
      }
    })

    it('hands on what a clock throws', async () => {
      const venue = createScriptedBroker()
      const clock = { ...venue.clock, sleep: async () => Promise.reject(new Error('no clock')) }
      const settling = settleByLabel({ ...venue.ports, clock }, { terms, timeMs: START_MS }, options)
      await expect(settling).rejects.toThrow('no clock')
    })

    it('needs no halt switch', async () => {
      const { halt: _, ...ports } = createScriptedBroker().ports
      expect(await settleByLabel(ports, { terms, timeMs: START_MS }, options)).toEqual({ outcome: 'absent' })
      const clock = { ...ports.clock, sleep: async () => Promise.reject(new Error('no clock')) }
      const settling = settleByLabel({ ...ports, clock }, { terms, timeMs: START_MS }, options)
      await expect(settling).rejects.toThrow('no clock')
    })

    it('says which look-up failed', async () => {
      const venue = createScriptedBroker()
      const warned: unknown[] = []
      const logger = { ...venue.ports.logger, warn: (...said: unknown[]) => void warned.push(said) }
      venue.failing.findByLabel = 2
      await venue.halt.latch('kill')
      await settleByLabel({ ...venue.ports, logger }, { terms, timeMs: START_MS }, options)
      const facts = { label: terms.label, code: expect.any(String) }
      expect(warned).toEqual(Array(2).fill(['a look-up by label failed', expect.objectContaining(facts)]))
    })
  })

  it('needs answers of the venue after the fence, whatever our clock says', async () => {
    const { settlement } = await settle({
      prepare: () => ({ findByLabel: async () => ({ orders: [], answeredAtMs: FENCE_MS }) }),
    })
    expect(settlement).toEqual({ outcome: 'unknown', reason: 'fence-not-passed' })
  })

  it('looks five times at most, and takes a failed look for no answer', async () => {
    const { settlement, looks } = await settle({ failing: { findByLabel: 99 } })
    expect(settlement).toEqual({ outcome: 'unknown', reason: 'look-up-failed' })
    expect(looks).toBe(5)
    const late = await settle({ failing: { findByLabel: 4 } })
    expect(late.settlement).toEqual({ outcome: 'unknown', reason: 'absence-unproven' })
  })

  it('takes nothing for absent that has traded since the send', async () => {
    const { settlement } = await settle({
      lagging: { findByLabel: 99 },
      prepare: ({ take }) => void take(terms, { fillNow: 0.4 }),
    })
    expect(settlement).toEqual({ outcome: 'unknown', reason: 'traded-yet-not-found' })
  })

  it('takes nothing for absent whose fills cannot be read', async () => {
    const { settlement } = await settle({ failing: { fills: 99 } })
    expect(settlement).toEqual({ outcome: 'unknown', reason: 'look-up-failed' })
  })

  it('leaves alone what a venue finds under another label', async () => {
    const { settlement, orders } = await settle({
      prepare: ({ take, ports }) => {
        take({ ...terms, label: 'by-hand' }, {})
        return { findByLabel: (currency) => ports.broker.findByLabel(currency, 'by-hand') }
      },
    })
    expect(settlement).toEqual({ outcome: 'absent' })
    expect([...orders.values()].map(({ state }) => state)).toEqual(['open'])
  })

  it('asks the history of orders and of fills for what the recent index no longer holds', async () => {
    const asked: unknown[] = []
    const { settlement } = await settle({
      timeMs: START_MS - 3_600_000,
      terms: { ...terms, validUntilMs: START_MS - 3_597_000 },
      prepare: () => ({
        findByLabel: async (_currency, _label, asks) => {
          asked.push(['orders', asks?.historical ?? false])
          return { orders: [], answeredAtMs: START_MS }
        },
        fills: async (_currency, { fromMs, toMs, historical }) => {
          asked.push(['fills', historical ?? false, fromMs, toMs])
          return []
        },
      }),
    })
    expect(settlement).toEqual({ outcome: 'absent' })
    expect(asked).toEqual([
      ...[
        ['orders', false],
        ['orders', true],
      ],
      ...[
        ['orders', false],
        ['orders', true],
      ],
      ['fills', true, START_MS - 3_600_000 - 5_000, START_MS + 1_000 + 5_000],
    ])
  })

  it.each([
    { ageMs: 25 * 60_000 - 1, asks: [false] },
    { ageMs: 25 * 60_000, asks: [false, true] },
  ])('asks the history of what could have begun $ageMs ms ago: $asks', async ({ ageMs, asks }) => {
    const asked: boolean[] = []
    await settle({
      terms: { ...terms, validUntilMs: START_MS - ageMs },
      prepare: ({ ports, clock }) => ({
        findByLabel: async (currency, label, options) => {
          if (clock.now() === START_MS) asked.push(options?.historical ?? false)
          return ports.broker.findByLabel(currency, label)
        },
      }),
    })
    expect(asked).toEqual(asks)
  })

  it('asks no history where the recent index has it', async () => {
    const { looks } = await settle({
      terms: { ...terms, validUntilMs: START_MS - 3_600_000 },
      prepare: ({ take }) => void take({ ...terms }, { fillNow: 1 }),
    })
    expect(looks).toBe(1)
  })

  it('says of a contradiction what it is, and ends the order all the same', async () => {
    const { settlement } = await settle({ prepare: ({ take }) => void take({ ...terms, priceCoin: 0.004 }, {}) })
    expect(settlement).toMatchObject({
      outcome: 'ended',
      order: { state: 'cancelled' },
      problem: { code: 'exec/reply-mismatch', facts: { differs: 'priceCoin' } },
    })
  })

  it('knows nothing of a symbol that it cannot read', async () => {
    const { settlement, events } = await settle({ terms: { ...terms, symbol: 'BTC-PERPETUAL' } })
    expect(settlement).toEqual({ outcome: 'unknown', reason: 'symbol-unreadable' })
    expect(events).toEqual([])
  })

  describe('of several orders under one label', () => {
    const twice = (first: SendScript, second: SendScript, changes: object = {}) =>
      settle({
        prepare: ({ take, orders }) => {
          take(terms, first)
          const { orderId } = take(terms, second)
          Object.assign(orders.get(orderId) ?? {}, changes)
          return undefined
        },
      })

    it.each<{ what: string; shares: [number, number]; changes?: object; order: object }>([
      { what: 'none traded', shares: [0, 0], order: { state: 'cancelled', filledCoin: 0, averagePriceCoin: null } },
      {
        what: 'one traded',
        shares: [0.4, 0],
        order: { state: 'cancelled', filledCoin: 0.4, averagePriceCoin: expect.closeTo(0.0035, 12) },
      },
      { what: 'both filled', shares: [1, 1], order: { state: 'filled', filledCoin: 2, averagePriceCoin: 0.0035 } },
      {
        what: 'one has no price',
        shares: [1, 0.4],
        changes: { averagePriceCoin: null },
        order: { state: 'cancelled', filledCoin: 1.4, averagePriceCoin: null },
      },
    ])('$what: all are ended and their trades are one', async ({ shares: [first, second], changes, order }) => {
      const { settlement, orders } = await twice({ fillNow: first }, { fillNow: second }, changes)
      expect(settlement).toMatchObject({
        outcome: 'ended',
        order,
        problem: { code: 'exec/duplicate-label', facts: { orderIds: ['order-1', 'order-2'] } },
      })
      expect([...orders.values()].some(({ state }) => state === 'open')).toBe(false)
    })

    it('their price is weighted by what each traded', async () => {
      const { settlement } = await twice({ fillNow: 0.4 }, { fillNow: 0.1 }, { averagePriceCoin: 0.004 })
      const average = settlement.outcome === 'ended' ? settlement.order.averagePriceCoin : null
      expect(average).toBeCloseTo((0.4 * 0.0035 + 0.1 * 0.004) / 0.5, 12)
    })

    it('one that rests behind one that has ended leaves the send unknown', async () => {
      const { settlement } = await settle({
        failing: { cancel: 3, order: 1 },
        prepare: ({ take }) => {
          take(terms, { fillNow: 0.4, cancelReason: 'user_request' })
          take(terms, {})
          return undefined
        },
      })
      expect(settlement).toMatchObject({ outcome: 'unknown', lastSeen: { state: 'open', filledCoin: 0.4 } })
    })

    it('one that cannot be cancelled leaves the send unknown, and the other is cancelled all the same', async () => {
      const { settlement, orders } = await settle({
        failing: { cancel: 3, order: 1 },
        prepare: ({ take }) => {
          take(terms, { fillNow: 0.4 })
          take(terms, {})
          return undefined
        },
      })
      expect([...orders.values()].map(({ state }) => state)).toEqual(['open', 'cancelled'])
      expect(settlement).toMatchObject({
        outcome: 'unknown',
        reason: 'cancel-unconfirmed',
        lastSeen: { state: 'open', filledCoin: 0.4 },
        problem: { code: 'exec/duplicate-label' },
      })
    })
  })
})
