import { watch } from 'node:fs'
import type { Clock } from '@cc/models'
import type { Chance } from './chance.ts'
import type { Life } from './life.ts'
import type { World } from './world.ts'

/** Requests that deaths follow, by their methods; none named is any. */
const METHODS = {
  request: [],
  order: ['private/buy', 'private/sell'],
  purchase: ['private/buy'],
  sale: ['private/sell'],
  cancel: ['private/cancel'],
} satisfies Readonly<Record<string, readonly string[]>>

/** When a life is ended: `delayMs` of real time after something happened for the `nth` time in it. */
export type Death = {
  after: keyof typeof METHODS | 'start' | 'intent' | 'decision' | 'memory' | 'first-decision'
  nth: number
  delayMs: number
}

/** A life in which it does not happen ends after so long. */
const LONGEST_LIFE_MS = 4_200

/**
 * In real time, of which the start of a process is a part. `isRolling`: calls are due to be closed and opened anew;
 * `isFlat`: none is held, and many a life is let to open one.
 */
export function drawDeath(chance: Chance, { isRolling, isFlat }: { isRolling: boolean; isFlat: boolean }): Death {
  if (isFlat && chance.isTrue(0.4)) return chance.pick(AFTER_DECIDING)(chance)
  if (isRolling && chance.isTrue(0.7)) return chance.pick(BETWEEN_LEGS)(chance)
  return chance.pick(ANY_TIME)(chance)
}

type Draw = (chance: Chance) => Death

/** Mostly before anything else is done in this process, of which the exchange is a part. */
const soonMs = (chance: Chance) => chance.pick([0, 0, chance.between(0, 5), chance.between(0, 60)])

const AFTER_DECIDING: readonly [Draw, ...Draw[]] = [
  (chance) => ({ after: 'first-decision', nth: 1, delayMs: chance.between(0, 1_000) }),
  (chance) => ({ after: 'first-decision', nth: 1, delayMs: chance.pick([0, chance.between(0, 300)]) }),
]

const ANY_TIME: readonly [Draw, ...Draw[]] = [
  (chance) => ({ after: 'start', nth: 1, delayMs: chance.between(0, 3_000) }),
  (chance) => ({ after: 'start', nth: 1, delayMs: chance.between(150, 1_200) }),
  (chance) => ({ after: 'request', nth: chance.whole(1, 40), delayMs: soonMs(chance) }),
  (chance) => ({ after: 'order', nth: 1, delayMs: soonMs(chance) }),
  (chance) => ({ after: 'order', nth: chance.whole(1, 4), delayMs: soonMs(chance) }),
  (chance) => ({ after: 'cancel', nth: chance.whole(1, 3), delayMs: soonMs(chance) }),
  (chance) => ({ after: 'intent', nth: chance.whole(1, 5), delayMs: chance.between(0, 3) }),
  (chance) => ({ after: 'decision', nth: chance.whole(1, 3), delayMs: chance.between(0, 3) }),
  (chance) => ({ after: 'memory', nth: chance.whole(1, 3), delayMs: chance.between(0, 3) }),
  (chance) => chance.pick(AFTER_DECIDING)(chance),
]

const BETWEEN_LEGS: readonly [Draw, ...Draw[]] = [
  (chance) => ({ after: 'purchase', nth: chance.whole(1, 4), delayMs: chance.pick([0, chance.between(0, 100)]) }),
  (chance) => ({ after: 'sale', nth: 1, delayMs: soonMs(chance) }),
  (chance) => ({ after: 'start', nth: 1, delayMs: chance.between(400, 3_500) }),
]

/** What a life that began just now comes to: killed, or ended by itself before. */
export async function killAt(
  death: Death,
  { life, world, wall }: { life: Life; world: World; wall: Clock },
): Promise<void> {
  const over = new AbortController()
  let happened = 0
  let strike: () => void = () => {}
  const struck = new Promise<void>((resolve) => {
    strike = resolve
  })
  const happens = () => {
    happened += 1
    if (happened !== death.nth) return
    if (death.delayMs === 0) life.kill('SIGKILL')
    strike()
  }

  world.hear((method) => {
    if (isMeant(method, death)) happens()
  })
  const watcher = watch(world.logs, (_, name) => {
    if (name !== null && fileOf(name) === death.after) happens()
  })
  if (death.after === 'start') happens()
  if (death.after === 'first-decision') void life.decided.then(happens)
  try {
    await Promise.race([struck, life.ended, wall.sleep(LONGEST_LIFE_MS, over.signal)])
    await Promise.race([life.ended, wall.sleep(Math.round(death.delayMs), over.signal)])
    life.kill('SIGKILL')
  } finally {
    over.abort()
    watcher.close()
    world.hear(undefined)
  }
}

function isMeant(method: string, { after }: Death): boolean {
  const methods: readonly string[] | undefined = after in METHODS ? METHODS[after as keyof typeof METHODS] : undefined
  return methods !== undefined && (methods.length === 0 || methods.includes(method))
}

/** What is written when a file of the log folder changes. */
function fileOf(name: string): Death['after'] | undefined {
  if (name === 'intents.jsonl') return 'intent'
  if (name.startsWith('agent_decisions_')) return 'decision'
  return name.startsWith('memory.json') ? 'memory' : undefined
}
