import type { FaultPlanInput } from '@cc/exchange-sim/server'
import type { Chance } from './chance.ts'

type Rate = NonNullable<FaultPlanInput['rates']>[number]
type RequestFault = Extract<Rate, { on: 'request' }>['fault']

const HOUR_MS = 3_600_000
const CHANGES = ['private/buy', 'private/sell', 'private/cancel'] as const
/** Share of the orders and cancels of a life that go wrong, and of its reads. */
const PER_CHANGE = 0.35
const PER_READ = 0.02

/** What goes wrong on the exchange in one life: replies that are lost, orders that come late, connections that break. */
export function drawFaults(chance: Chance): FaultPlanInput {
  const faults: readonly RequestFault[] = [
    { kind: 'drop', when: 'after' },
    { kind: 'drop', when: 'before' },
    { kind: 'late-arrival', ms: chance.whole(20, 1_500) },
    { kind: 'reset', when: 'after' },
    { kind: 'reset', when: 'before' },
    { kind: 'malformed', form: 'truncated' },
    { kind: 'error', word: 'timed_out', when: 'after' },
  ]
  const chosen = faults.filter(() => chance.isTrue(0.5))
  const ofChanges = CHANGES.flatMap((method) =>
    chosen.map((fault): Rate => ({ on: 'request', method, probability: PER_CHANGE / chosen.length, fault })),
  )
  const ofReads: Rate[] = [
    { on: 'request', method: '*', probability: PER_READ, fault: { kind: 'reset', when: 'after' } },
    { on: 'request', method: '*', probability: PER_READ, fault: { kind: 'latency', ms: chance.whole(10, 400) } },
  ]
  return { seed: chance.whole(0, 1_000_000), rates: [...ofChanges, ...ofReads] }
}

/** How long nobody lives, in venue time, and whether a call is to be rolled then. */
export type Gap = { durationMs: number; isRolling: boolean }

/** A moment, past a fence, past what is recent, past an expiry; or to one of the times at which a call is to be rolled. */
export function drawGap(chance: Chance, { nowMs, rollsMs }: { nowMs: number; rollsMs: readonly number[] }): Gap {
  const [rollMs, ...others] = rollsMs
  if (rollMs !== undefined && chance.isTrue(0.6)) {
    return { durationMs: chance.pick([rollMs, ...others]) - nowMs, isRolling: true }
  }
  const durationMs = chance.pick([
    () => 0,
    () => 0,
    () => chance.whole(5_000, 120_000),
    () => chance.whole(Math.floor(0.55 * HOUR_MS), 2 * HOUR_MS),
    () => chance.whole(8 * HOUR_MS, 40 * HOUR_MS),
    () => chance.whole(40 * HOUR_MS, 100 * HOUR_MS),
  ])()
  return { durationMs, isRolling: false }
}
