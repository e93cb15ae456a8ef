import { pickAction } from './check-env-play.js'
import type { EnvInfo, VectorEnv, VectorInfos, VectorStep } from './env.js'
import { createRandom } from './seeding.js'

/** How the rows lie. */
export type Layout = {
  count: number
  /** Numbers of one observation. */
  width: number
  /** Of a discrete action space how many there are. */
  actions: number | undefined
}

/** What one call showed, copied. */
export type SeenRows = {
  obs: Float64Array
  masks: Uint8Array | undefined
  rewards: Float64Array | undefined
  terminated: Uint8Array | undefined
  truncated: Uint8Array | undefined
}

export type VectorPlan = {
  layout: Layout
  seed: number
  steps: number
  onReset?: (result: { obs: Float64Array; infos: VectorInfos }) => void
  onStep?: (result: VectorStep, actions: readonly unknown[]) => void
  /** Told after a reset of what was over, which `disabled` asks for. */
  onMaskedReset?: (result: { obs: Float64Array; infos: VectorInfos }, mask: Uint8Array) => void
}

/** Plays from a seed on, with the same actions for the same plan and masks. */
export function playVector<A>(env: VectorEnv<A>, plan: VectorPlan): readonly SeenRows[] {
  const { layout, seed, steps } = plan
  const start = env.reset({ seed })
  plan.onReset?.(start)
  const seen = [copied(start)]
  let { infos } = start
  for (let step = 0; step < steps; step++) {
    const actions = pickActions(env, { infos, layout, seed: seed * 1_000_003 + step })
    const result = env.step(actions)
    plan.onStep?.(result, actions)
    const rows = copied(result)
    seen.push(rows)
    infos = result.infos
    const over = overOf(rows, layout)
    if (env.metadata.autoresetMode !== 'disabled' || !over.includes(1)) continue
    const restart = env.reset({ mask: over })
    plan.onMaskedReset?.(restart, over)
    seen.push(copied(restart))
    infos = restart.infos
  }
  return seen
}

/** One action for each, allowed by its mask. */
export function pickActions<A>(
  { singleActionSpace }: VectorEnv<A>,
  { infos, layout, seed }: { infos: VectorInfos; layout: Layout; seed: number },
): A[] {
  const random = createRandom(seed)
  return Array.from({ length: layout.count }, (_, i) =>
    pickAction(singleActionSpace, maskInfo(infos.action_mask, layout, i), random),
  )
}

/** 1 where an episode is over. */
export function overOf({ terminated, truncated }: Pick<SeenRows, 'terminated' | 'truncated'>, { count }: Layout) {
  return Uint8Array.from({ length: count }, (_, i) => (terminated?.[i] === 1 || truncated?.[i] === 1 ? 1 : 0))
}

function maskInfo(masks: Uint8Array | undefined, { actions }: Layout, row: number): EnvInfo {
  if (masks === undefined || actions === undefined) return {}
  return { action_mask: masks.slice(row * actions, (row + 1) * actions) }
}

function copied(result: { obs: Float64Array; infos: VectorInfos } & Partial<VectorStep>): SeenRows {
  const { obs, infos, rewards, terminated, truncated } = result
  return {
    obs: obs.slice(),
    masks: infos.action_mask?.slice(),
    rewards: rewards?.slice(),
    terminated: terminated?.slice(),
    truncated: truncated?.slice(),
  }
}
