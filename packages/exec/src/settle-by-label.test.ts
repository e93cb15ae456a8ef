import type { OrderTerms, SendIntent } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { createScriptedBroker, FAR, START_MS, type Venue } from './scripted-broker.fixture.js'
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
    expect(settlement).toMatchObject({ outcome: 'ended', order: { state: 'cancelled', filledCoin: 0.4 } })
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
})
