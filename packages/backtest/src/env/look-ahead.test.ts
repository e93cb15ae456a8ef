import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { otherFuture } from '../causality/other-future.js'
import type { History } from '../history/history.js'
import { openRecordedHistory } from '../history/recorded-history.js'
import { historyOf } from '../modelled/history-of.js'
import { openSyntheticHistory } from '../modelled/synthetic-history.js'
import { CoveredCallEnv } from './covered-call-env.js'
import { worldOf } from './history-world.js'
import { createRandom } from './seeding.js'
import type { StepInfo } from './step-info.js'
import { createSyntheticWorld } from './synthetic-world.js'
import type { World } from './world.js'

const recordings = inject('recordings')
const DAY_MS = 86_400_000

/** Everything that an episode of drawn actions shows from the first decision time on, until after a moment. */
function shown(world: World, { seed, untilMs }: { seed: number; untilMs: number }): { atMs: number; seen: unknown }[] {
  const env = new CoveredCallEnv(world, { steps: 10_000 })
  const random = createRandom(seed)
  const start = env.reset({ seed, options: { startMs: world.timeMs[0] } })
  const all: { atMs: number; seen: unknown }[] = [{ atMs: start.info.timeMs, seen: start }]
  let info: StepInfo = start.info
  while (info.timeMs <= untilMs) {
    const allowed = [...info.action_mask.keys()].filter((action) => info.action_mask[action] === 1)
    const step = env.step(allowed[random.integer(allowed.length)]!)
    all.push({ atMs: step.info.timeMs, seen: step })
    if (step.terminated) break
    info = step.info
  }
  return all
}

function expectNoLookAhead(world: World, other: World, atMs: number): void {
  for (let seed = 0; seed < 10; seed++) {
    const [a, b] = [world, other].map((each) => shown(each, { seed, untilMs: atMs })) as [unknown[], unknown[]]
    const known = shown(world, { seed, untilMs: atMs }).filter((step) => step.atMs <= atMs).length
    expect(known).toBeGreaterThan(5)
    expect(a.slice(0, known)).toEqual(b.slice(0, known))
    // What comes after is another world indeed.
    expect(a.slice(known)).not.toEqual(b.slice(known))
  }
}

function expectBlind(history: History, currency: 'BTC' | 'ETH'): void {
  const world = worldOf(history, { currency })
  for (const share of [0.3, 0.6]) {
    const atMs = world.timeMs[Math.floor(share * world.lastSettlement)]!
    const other = worldOf(historyOf(otherFuture(history.recipe!, { atMs, seed: 5 })), { currency })
    expectNoLookAhead(world, other, atMs)
  }
}

describe('nothing that is shown by a time depends on what comes after it', () => {
  it('in a world of a synthetic history', () => {
    const fromMs = Date.UTC(2026, 0, 2)
    expectBlind(openSyntheticHistory({ fromMs, toMs: fromMs + 40 * DAY_MS, everyMs: DAY_MS / 3 }), 'ETH')
  })

  it.skipIf(recordings === null)('in a world of recorded chains', () => {
    const folder = join(recordings ?? '', 'data')
    const span = { fromMs: Date.UTC(2026, 0, 2), toMs: Date.UTC(2026, 2, 1) }
    expectBlind(openRecordedHistory({ folder, currencies: ['BTC'], ...span }), 'BTC')
  })

  it('in a synthetic world, whose path goes on alike however long it is', () => {
    const menu = { seed: 4, tenorsDays: [2, 7], deltas: [0.2, 0.4] }
    const [short, long] = [30, 60].map((days) => createSyntheticWorld({ ...menu, days })) as [World, World]
    // Beyond, the shorter one no longer lists what would outlive it.
    const atMs = short.timeMs.at(-1)! - 12 * DAY_MS
    for (let seed = 0; seed < 10; seed++) {
      const [a, b] = [short, long].map((world) =>
        shown(world, { seed, untilMs: atMs }).filter((step) => step.atMs <= atMs),
      )
      expect(a).toEqual(b)
    }
  })
})
