import type { Clock } from '@cc/models'
import type { MemoryDisk } from './memory-disk.ts'
import type { Random } from './seeded-random.ts'
import type { SimulatedClock } from './simulated-clock.ts'
import { count, type Tally } from './tally.ts'

/** One process, from its start to its end. What it waits for when it dies never comes. */
export type Life = {
  readonly number: number
  isAlive(): boolean
  /** A place where it may die: every call of a port passes two, one before its effect and one after. */
  point(name: string): Promise<void>
  /** The answer of a port to the living: the dead wait for ever, whatever came of it. */
  told<T>(answer: Promise<T>): Promise<T>
  /** It dies within so many calls. */
  dieWithin(calls: number): void
  /** It ends in order: nothing of it happens any more. */
  end(): void
  readonly died: Promise<void>
  readonly clock: Clock
  /** Ends at the end of this life too. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>
}

/**
 * Begins a life that ends at a call of its own choosing, or goes on.
 *
 * @param skewMs how far its clock is off
 * @param callsPerLife its expectation; half of all deaths are in the midst of a call of the disk
 */
export function createLife(world: {
  number: number
  clock: SimulatedClock
  disk: MemoryDisk
  random: Random
  tally: Tally
  skewMs: number
  callsPerLife: number
  /** Told of every call: whether it is answered. */
  mayCall: () => boolean
}): Life {
  const { number, clock, disk, random, tally, skewMs, callsPerLife } = world
  let alive = true
  let died = () => {}
  const death = new Promise<void>((resolve) => {
    died = resolve
  })
  const callsLeft = Math.ceil(-Math.log(1 - random.next()) * callsPerLife)
  const atDisk = Number.isFinite(callsLeft) && random.chance(0.4)
  let pointsLeft = atDisk ? Number.POSITIVE_INFINITY : callsLeft
  if (atDisk) disk.cutAfter(Math.ceil(callsLeft / 5), () => die('disk'))

  function die(where: string): void {
    if (!alive) return
    alive = false
    count(tally, 'crash')
    count(tally, `crash-at/${where}`)
    died()
  }

  async function point(name: string): Promise<void> {
    if (!alive) await never()
    if (!world.mayCall()) await never()
    pointsLeft -= 1
    if (pointsLeft > 0) return
    // A kill loses nothing that was written, a power cut does.
    if (random.chance(0.5)) disk.cut()
    die(name)
    await never()
  }

  async function told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } finally {
      if (!alive) await never()
    }
  }

  const sleep = (durationMs: number, signal?: AbortSignal) => clock.sleepOf(() => alive, durationMs, signal)
  return {
    number,
    isAlive: () => alive,
    point,
    told,
    dieWithin(calls) {
      pointsLeft = Math.min(pointsLeft, calls)
    },
    end() {
      alive = false
    },
    died: death,
    clock: { now: () => clock.now() + skewMs, sleep, hold: (work) => work() },
    sleep,
  }
}

/** One for each: what waits for a promise is kept for as long as the promise is. */
function never(): Promise<never> {
  return new Promise(() => {})
}
