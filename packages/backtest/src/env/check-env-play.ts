import { copyOf, isRecord, knownSpace } from './check-env-values.js'
import type { Env } from './env.js'
import { createRandom, type Random } from './seeding.js'
import type { Space } from './space.js'

/** What was seen of one call, copied when it was returned. */
export type Seen = {
  obs: unknown
  info: unknown
  /** Nothing at a reset. */
  reward?: unknown
  terminated?: unknown
  truncated?: unknown
}

export type PlayPlan = {
  seed: number
  steps: number
  /** Gets what was returned itself, before the next call. */
  onReturn?: (seen: Seen) => void
}

/**
 * Plays one environment from a seed on, always with the same actions for the same plan and masks; begins a new episode
 * whenever one ends.
 */
export function play<O, A>(env: Env<O, A>, { seed, steps, onReturn }: PlayPlan): readonly Seen[] {
  const random = createRandom(seed)
  const seen: Seen[] = []
  function note(result: Seen): Seen {
    const { obs, info, reward, terminated, truncated } = result
    const copied = copyOf({ obs, info, reward, terminated, truncated }) as Seen
    seen.push(copied)
    onReturn?.(result)
    return copied
  }
  let last = note(env.reset({ seed }))
  for (let i = 0; i < steps; i++) {
    last = isOver(last) ? note(env.reset()) : note(env.step(pickAction(env.actionSpace, last.info, random)))
  }
  return seen
}

export function isOver({ terminated, truncated }: Seen): boolean {
  // A flag of the wrong type is found where steps are checked, and still ends its episode here.
  return Boolean(terminated) || Boolean(truncated)
}

/** An action of the space, and one that the mask allows where there is one. */
export function pickAction<A>(space: Space<A>, info: unknown, random: Random): A {
  const known = knownSpace(space)
  const mask = maskOf(info)
  if (known?.kind === 'discrete' && mask?.length === known.count && mask.includes(1)) {
    const action: unknown = known.sampleMasked(mask, random)
    if (space.contains(action)) return action
  }
  return space.sample(random)
}

export function maskOf(info: unknown): Uint8Array | undefined {
  return isRecord(info) && info.action_mask instanceof Uint8Array ? info.action_mask : undefined
}
