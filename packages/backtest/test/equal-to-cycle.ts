import { describe, expect, it } from 'vitest'
import { type ActionForm, createMenuForm, createSpecificationForm } from '../src/env/action-form.js'
import { pickAction } from '../src/env/check-env-play.js'
import { createKernel, type Kernel } from '../src/env/kernel.js'
import { BOUGHT_BACK, DELIVERED, HOLD, REFUSALS, type Refusal, SOLD } from '../src/env/kernel-columns.js'
import { createRandom, type Random } from '../src/env/seeding.js'
import type { SyntheticWorldOptionsInput } from '../src/env/synthetic-options.js'
import { createSyntheticWorld } from '../src/env/synthetic-world.js'
import type { World } from '../src/env/world.js'
import { marketOfWorld } from '../src/env/world-market.js'
import { type KernelAction, meaningOf } from './action-meaning.js'
import { type AccountReading, type CycleAccount, openCycleAccount } from './cycle-account.js'

/** Eight worlds of these, in two files that run beside each other, make 10,000. */
const SEQUENCES_PER_WORLD = 1_250
const TOLERANCE = 1e-12

/** A world to compare in. Each has sequences of its own, from `first` on. */
export type ComparedWorld = { why: string; first: number; options: SyntheticWorldOptionsInput }

/**
 * Describes that the kernel does what the cycle of the agent does: random sequences of actions go through both, and after
 * every step cash, positions and fees are compared. What the kernel refuses of a roll, risk must refuse.
 */
export function describeEqualToCycle(worlds: readonly ComparedWorld[]): void {
  describe.each(worlds)('over $why', ({ first, options }) => {
    const world = createSyntheticWorld({ seed: 1, days: 60, everyHours: 24, ...options })

    it('random actions leave the cash, positions and fees that the cycle leaves', async () => {
      const counts: Counts = { sold: 0, boughtBack: 0, rolled: 0, refused: 0, uncovered: 0, delivered: 0, paidOut: 0 }
      const market = marketOfWorld(world)
      const kernel = createKernel(world, 1)
      const forms = [createMenuForm(world), createSpecificationForm(world)]
      for (let i = 0; i < SEQUENCES_PER_WORLD; i++) {
        const sequence = first + i
        const random = createRandom(sequence)
        const episode = drawEpisode(world, random)
        const startMs = world.timeMs[episode.startTime] as number
        const account = openCycleAccount(market, { ...episode, currency: world.currency, startMs })
        kernel.begin(0, episode)
        kernel.clear(0)
        const form = forms[sequence % 2] as ActionForm<unknown>
        while (kernel.columns.terminated[0] === 0 && kernel.columns.truncated[0] === 0) {
          await stepBoth(kernel, account, { action: drawAction(kernel, form, random), counts, sequence })
        }
      }
      // Sequences that do nothing would agree on everything.
      expect(counts.sold).toBeGreaterThan(SEQUENCES_PER_WORLD)
      expect(counts.rolled).toBeGreaterThan(SEQUENCES_PER_WORLD / 2)
      expect(counts.boughtBack).toBeGreaterThan(counts.rolled)
      expect(counts.delivered).toBeGreaterThan(SEQUENCES_PER_WORLD / 100)
      expect(counts.paidOut).toBeGreaterThan(0)
      expect(counts.refused).toBeGreaterThan(counts.uncovered)
      expect(counts.uncovered).toBeGreaterThan(0)
    }, 300_000)
  })
}

type Counts = Record<'sold' | 'boughtBack' | 'rolled' | 'refused' | 'uncovered' | 'delivered' | 'paidOut', number>

async function stepBoth(
  kernel: Kernel,
  account: CycleAccount,
  { action, counts, sequence }: { action: KernelAction; counts: Counts; sequence: number },
): Promise<void> {
  const { columns, world } = kernel
  const time = columns.time[0] as number
  const meaning = meaningOf(kernel, action)
  kernel.step(0, action.kind, action.slot, action.share)
  const refusal = REFUSALS[columns.refusal[0] as number] as Refusal
  const { proposal, breach } = meaning(refusal)
  const { failure, verdict } = await account.cycle(proposal)
  const breaches = verdict?.allowed === false ? verdict.breaches.map(({ code }) => code) : []
  expect({ failure, breaches }, `sequence ${sequence}`).toEqual({
    failure: null,
    breaches: breach === null ? [] : expect.arrayContaining([breach]),
  })
  account.advanceTo(world.timeMs[time + 1] as number)
  const events = columns.events[0] as number
  counts.refused += breach === null ? 0 : 1
  counts.uncovered += breach === 'coverage-exceeded' ? 1 : 0
  counts.rolled += events === (SOLD | BOUGHT_BACK) ? 1 : 0
  counts.sold += events & SOLD ? 1 : 0
  counts.boughtBack += events & BOUGHT_BACK ? 1 : 0
  counts.delivered += events & DELIVERED ? 1 : 0
  counts.paidOut += events === DELIVERED && (columns.flowCoin[0] as number) < 0 ? 1 : 0
  compare(kernel, await account.read(world.timeMs[time] as number), `sequence ${sequence}, time ${time}`)
}

function compare({ columns, world }: Kernel, reading: AccountReading, where: string): void {
  const call = world.contracts.instruments[columns.contract[0] as number]
  const positions = call === undefined ? [] : [{ symbol: call.symbol, sizeCoin: -(columns.sizeCoin[0] as number) }]
  expect(reading.positions, where).toEqual(positions)
  const pairs = [
    ['cash', columns.cashCoin, reading.cashCoin],
    ['fees', columns.feeCoin, reading.feeCoin],
    ['flow', columns.flowCoin, reading.flowCoin],
  ] as const
  for (const [what, column, told] of pairs) {
    const difference = Math.abs((column[0] as number) - told)
    expect(difference, `${what} of ${where}: ${column[0]} and ${told}`).toBeLessThanOrEqual(TOLERANCE)
  }
}

function drawEpisode(world: World, random: Random) {
  const steps = 3 + random.integer(3)
  const startTime = random.integer(world.lastSettlement - steps)
  const { minSizeCoin } = world.contracts.instruments[0] as (typeof world.contracts.instruments)[number]
  // Whole orders half of the time: then nothing but premium is left to pay for a roll with.
  const orders = random.uniform() < 0.5 ? 1 + random.integer(40) : 1 + 40 * random.uniform()
  return { startTime, cutTime: startTime + steps, depositCoin: minSizeCoin * orders }
}

/** Anything that the space holds, and mostly something that can be done. */
function drawAction(kernel: Kernel, form: ActionForm<unknown>, random: Random): KernelAction {
  const mask = new Uint8Array(form.maskWidth)
  form.writeMask(kernel.maskOf(0), mask, 0)
  for (;;) {
    const wish = pickAction(form.space, random.uniform() < 0.7 ? { action_mask: mask } : {}, random)
    const code = form.codeOf(wish, kernel, 0)
    const action = { kind: code & 3, slot: code >> 2, share: form.shareOf(wish) }
    // Both agree soon on doing nothing; so that is drawn less often than it would be.
    if (action.kind !== HOLD || random.uniform() < 0.5) return action
  }
}
