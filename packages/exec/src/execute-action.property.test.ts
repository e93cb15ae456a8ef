import { executionResultSchema, type OrderTerms } from '@cc/models'
import { approveForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import { closeLeg, createScriptedBroker, openLeg, RUN_ID, type SendScript } from './scripted-broker.fixture.js'

const share = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 1)
const send: fc.Arbitrary<SendScript> = fc.record(
  {
    arrives: fc.constantFrom<NonNullable<SendScript['arrives']>[]>(true, true, true, false, 500, 2_999, 3_001, 7_000),
    answered: fc.constantFrom<NonNullable<SendScript['answered']>[]>(true, true, true, false, 'throws'),
    reject: fc.constantFrom('post_only_reject', 'not_enough_funds', 'settlement_in_progress', 'order_overlap'),
    rejectFalsely: fc.constantFrom('too_many_requests', 'system_maintenance'),
    cancelReason: fc.constantFrom('user_request', 'order_overlap'),
    fillNow: share,
    fillLater: fc.record({ share, afterMs: fc.nat(25_000) }),
    fillOnCancel: share,
  },
  { requiredKeys: [] },
)
const fails = fc.constantFrom(0, 0, 0, 1, 2, 3, 9)
const scenario = fc.record({
  script: fc.array(send, { maxLength: 6 }),
  failing: fc.record({ order: fails, cancel: fails, findByLabel: fails, fills: fails }),
  kind: fc.constantFrom('open', 'close', 'roll'),
  maxCoin: fc.record({ close: fc.integer({ min: 1, max: 20 }), open: fc.integer({ min: 1, max: 20 }) }),
  stopAfterMs: fc.option(fc.nat(60_000)),
})

it('never has more out than the leg allows, opens no more than it closed, and tells the truth, whatever the venue does', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ script, failing, kind, maxCoin, stopAfterMs }) => {
      const venue = createScriptedBroker({ script })
      Object.assign(venue.failing, failing)
      const legs = [
        ...(kind === 'open' ? [] : [closeLeg({ maxSizeCoin: maxCoin.close / 10 })]),
        ...(kind === 'close' ? [] : [openLeg({ maxSizeCoin: maxCoin.open / 10 })]),
      ]
      const place = async (...[order]: Parameters<typeof venue.ports.broker.place>) => {
        expectRoomFor(order.terms)
        return venue.ports.broker.place(order)
      }
      const stop = new AbortController()
      if (stopAfterMs !== null) venue.clock.sleep(stopAfterMs).then(() => stop.abort(), stop.abort)

      const result = await executeAction(
        { ...venue.ports, broker: { ...venue.ports.broker, place } },
        approveForTest({ legs }),
        {
          runId: RUN_ID,
          dryRun: false,
          signal: stop.signal,
        },
      )
      expect(executionResultSchema.parse(result)).toEqual(result)
      // A broker that throws has a bug: its order is settled all the same, and then the agent stops.
      const isBug = script.some(({ answered }) => answered === 'throws')
      if (result.failure !== null) expect([isBug, result.failure.code]).toEqual([true, 'exec/unexpected'])
      // A fee is told where every fill is known, and else not.
      for (const { filledCoin, feeCoin, fills } of result.legs) {
        const known = fills.reduce((sum, fill) => sum + fill.sizeCoin, 0)
        if (feeCoin !== null) expect(known).toBeCloseTo(filledCoin, 9)
        else if (result.status !== 'unknown') expect(known).toBeLessThan(filledCoin)
      }
      await venue.clock.sleep(10_000)
      venue.arrive()

      // A label is used once, and its intent was in the journal first.
      expect(new Set(venue.sent.map(({ label }) => label)).size).toBe(venue.sent.length)
      for (const { label } of venue.sent) {
        expect(venue.events.indexOf(`intent ${label}`)).toBeLessThan(venue.events.indexOf(`place ${label}`))
      }
      // What has no outcome says so, in the result and in the journal, and is the last thing that was sent.
      const traces = result.legs.flatMap((leg) => leg.orders)
      const unknown = traces.filter((trace) => trace.outcome === 'unknown').map((trace) => trace.terms.label)
      expect((await venue.journal.unfinished()).map((intent) => intent.terms.label)).toEqual(unknown)
      expect(result.status === 'unknown').toBe(unknown.length > 0)
      for (const label of unknown) expect(venue.sent.at(-1)?.label).toBe(label)
      // Nothing else rests, and what is said to have traded has.
      const resting = [...venue.orders.values()].filter((order) => order.state === 'open').map((order) => order.label)
      expect(unknown).toEqual(expect.arrayContaining(resting))
      if (unknown.length === 0) {
        const told = (name: string) => result.legs.find((leg) => leg.leg === name)?.filledCoin ?? 0
        expect(told('close')).toBeCloseTo(venue.tradedCoin('buy'), 9)
        expect(told('open')).toBeCloseTo(venue.tradedCoin('sell'), 9)
      }
      if (kind === 'roll') expect(venue.tradedCoin('sell')).toBeLessThanOrEqual(venue.tradedCoin('buy') + 1e-9)

      /** With every other send counted at its full size unless it has ended, as the venue would bear it at worst. */
      function expectRoomFor(terms: OrderTerms): void {
        const leg = legs.find(({ side }) => side === terms.side)
        expect(exposureCoin(terms.side) + terms.sizeCoin).toBeLessThanOrEqual((leg?.maxSizeCoin ?? 0) + 1e-9)
        if (kind === 'roll' && terms.side === 'sell') {
          expect(exposureCoin('sell') + terms.sizeCoin).toBeLessThanOrEqual(venue.tradedCoin('buy') + 1e-9)
        }
      }
      function exposureCoin(side: string): number {
        const resting = [...venue.orders.values()].filter((order) => order.state === 'open' && order.side === side)
        const restingCoin = resting.reduce((sum, order) => sum + order.sizeCoin - order.filledCoin, 0)
        return restingCoin + venue.tradedCoin(side as 'buy' | 'sell')
      }
    }),
    { numRuns: 1_500 },
  )
})
