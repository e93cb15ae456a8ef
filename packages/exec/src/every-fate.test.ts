import { executionResultSchema } from '@cc/models'
import { approveForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { executeAction } from './execute-action.js'
import { createExecutor } from './executor.js'
import type { ExecPorts } from './ports.js'
import {
  closeLeg,
  createScriptedBroker,
  openLeg,
  RUN_ID,
  type SendScript,
  type Venue,
} from './scripted-broker.fixture.js'

/** All that can become of one send, as far as it makes a difference here. */
const FATES: readonly SendScript[] = [
  { fillNow: 1 },
  {},
  { fillNow: 0.4 },
  { fillLater: { share: 0.3, afterMs: 500 }, fillOnCancel: 0.3 },
  { fillNow: 0.3, cancelReason: 'user_request' },
  { fillNow: 0.3, cancelReason: 'autoliquidation' },
  { arrives: false },
  { arrives: 2_900, fillNow: 0.4 },
  { arrives: 3_001, fillNow: 1 },
  { answered: false, fillNow: 0.4 },
  { answered: 'throws', fillNow: 1 },
  { reject: 'post_only_reject' },
  { reject: 'not_enough_funds' },
  { reject: 'price_wrong_tick' },
  { reject: 'settlement_in_progress' },
  { rejectFalsely: 'settlement_in_progress', fillNow: 0.4 },
  { rejectFalsely: 'too_many_requests', arrives: 2_900 },
  { rejectFalsely: 'not_enough_funds', fillNow: 0.4 },
]
const KINDS = { open: [openLeg()], close: [closeLeg()], roll: [closeLeg(), openLeg()] }
const OPTIONS = { runId: RUN_ID, dryRun: false, pegs: 3, restMs: 1_000 }
type Kind = keyof typeof KINDS

it('sends nothing twice and has no more out than is allowed, in every order of what can become of four sends', async () => {
  let runs = 0
  for (const kind of ['open', 'close', 'roll'] as const) await explore(kind, [])
  expect(runs).toBeGreaterThan(1_000)

  async function explore(kind: Kind, script: readonly SendScript[]): Promise<void> {
    runs += 1
    const venue = createScriptedBroker({ script: structuredClone(script) })
    const result = await executeAction(guarded(venue, kind), approveForTest({ legs: KINDS[kind] }), OPTIONS)
    executionResultSchema.parse(result)
    const sends = venue.sent.length
    await expectAllSettled(venue, kind)
    if (result.status !== 'unknown') {
      const told = result.legs.flatMap((leg) => leg.orders).reduce((sum, order) => sum + order.filledCoin, 0)
      expect(told).toBeCloseTo(venue.tradedCoin('buy') + venue.tradedCoin('sell'), 9)
    }
    // Only what was reached can go another way.
    if (script.length < 4 && sends > script.length) for (const fate of FATES) await explore(kind, [...script, fate])
  }
})

it.each<{ what: string; script: SendScript[] }>([
  { what: 'in partial fills', script: [{ fillNow: 0.4 }, { fillNow: 1 }, { fillOnCancel: 0.3 }, { fillNow: 1 }] },
  { what: 'with a reply that is lost', script: [{ fillNow: 1 }, { answered: false, fillNow: 0.4 }] },
  { what: 'with a late request', script: [{ arrives: 2_900, fillNow: 1 }] },
  { what: 'with a false rejection', script: [{ fillNow: 1 }, { rejectFalsely: 'too_many_requests', fillNow: 0.4 }] },
])('is settled by its next life wherever it dies: a roll $what', async ({ script }) => {
  let call = 0
  let survived = false
  while (!survived) {
    for (const when of ['before', 'after'] as const) {
      const venue = createScriptedBroker({ script: structuredClone(script) })
      const { ports, died } = mortal(guarded(venue, 'roll'), call, when)
      const life = executeAction(ports, approveForTest({ legs: KINDS.roll }), OPTIONS).then(() => true)
      survived = await Promise.race([life, died.then(() => false)])
      await expectAllSettled(venue, 'roll')
    }
    call += 1
  }
  expect(call).toBeGreaterThan(8)
})

/** Checks at each send what the venue would bear at worst, with every order that has not ended at its full size. */
function guarded(venue: Venue, kind: Kind): ExecPorts {
  const place: ExecPorts['broker']['place'] = (order) => {
    const { side, sizeCoin, label } = order.terms
    expect(venue.events).toContain(`intent ${label}`)
    expect(venue.sent.map((terms) => terms.label)).not.toContain(label)
    const limit = kind === 'roll' && side === 'sell' ? venue.tradedCoin('buy') : 1
    expect(exposureCoin(venue, side) + sizeCoin).toBeLessThanOrEqual(limit + 1e-9)
    return venue.ports.broker.place(order)
  }
  return { ...venue.ports, broker: { ...venue.ports.broker, place } }
}

function exposureCoin({ orders, tradedCoin }: Venue, side: 'buy' | 'sell'): number {
  const open = [...orders.values()].filter((order) => order.side === side && order.state === 'open')
  return tradedCoin(side) + open.reduce((sum, order) => sum + order.sizeCoin - order.filledCoin, 0)
}

/** After what is under way has arrived, a next life leaves nothing resting and knows what each send traded. */
async function expectAllSettled(venue: Venue, kind: Kind): Promise<void> {
  const sends = venue.sent.length
  const next = createExecutor(venue.ports, OPTIONS)
  await next.recover()
  await venue.clock.sleep(10_000)
  venue.arrive()
  await next.cancelOwn()
  expect([...venue.orders.values()].filter(({ state }) => state === 'open')).toEqual([])
  expect(await venue.journal.unfinished()).toEqual([])
  expect(venue.sent).toHaveLength(sends)
  for (const { intent, outcome } of await venue.journal.since(0)) {
    const { label } = intent.terms
    const traded = venue.fills.filter((fill) => fill.label === label).reduce((sum, fill) => sum + fill.sizeCoin, 0)
    expect(outcome?.filledCoin).toBeCloseTo(traded, 9)
  }
  expect(venue.tradedCoin('buy')).toBeLessThanOrEqual(1 + 1e-9)
  expect(venue.tradedCoin('sell')).toBeLessThanOrEqual((kind === 'roll' ? venue.tradedCoin('buy') : 1) + 1e-9)
}

/** Ports of a process that dies at one of their calls, before or after its effect: nothing of it goes on. */
function mortal(ports: ExecPorts, atCall: number, when: 'before' | 'after'): { ports: ExecPorts; died: Promise<void> } {
  let die = () => {}
  const died = new Promise<void>((resolve) => {
    die = resolve
  })
  let calls = 0
  const forever = () => {
    die()
    return new Promise<never>(() => {})
  }
  const wrap = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const method = Reflect.get(target, name, receiver)
        if (typeof method !== 'function') return method
        return async (...given: unknown[]) => {
          const isLast = calls++ === atCall
          if (isLast && when === 'before') return forever()
          const answer = await Reflect.apply(method, target, given)
          return isLast ? forever() : answer
        }
      },
    })
  return {
    ports: { ...ports, market: wrap(ports.market), broker: wrap(ports.broker), journal: wrap(ports.journal) },
    died,
  }
}
