import { CcError } from '@cc/models'
import type { AutoresetMode, Env, EnvInfo, VectorEnv } from './env.js'
import { createToyEnv } from './toy-env.fixture.js'

/** Many toys, one after the other. */
export function createToyVectorEnv(numEnvs: number, autoresetMode: AutoresetMode): VectorEnv<number> {
  const envs = Array.from({ length: numEnvs }, createToyEnv)
  const [{ observationSpace, actionSpace }] = envs as [Env<number[], number>]
  const rows = envs.map((): number[] => [])
  const masks: Uint8Array[] = envs.map(() => new Uint8Array(3))
  const over = new Uint8Array(numEnvs)
  let isReset = false

  function show(row: number, { obs, info }: { obs: number[]; info: EnvInfo }): void {
    rows[row] = obs
    masks[row] = info.action_mask as Uint8Array
  }
  const seen = () => Float64Array.from(rows.flat())
  const mask = () => Uint8Array.from(masks.flatMap((row) => [...row]))

  return {
    numEnvs,
    singleObservationSpace: observationSpace,
    singleActionSpace: actionSpace,
    metadata: { name: 'toys', autoresetMode },
    reset({ seed, options, mask: which } = {}) {
      if (typeof seed === 'object' && seed.length !== numEnvs) throw new RangeError('reset: one seed for each')
      if (which !== undefined && which.length !== numEnvs) throw new RangeError('reset: a mask of one for each')
      envs.forEach((env, row) => {
        if (which !== undefined && which[row] !== 1) return
        over[row] = 0
        show(row, env.reset({ seed: typeof seed === 'number' ? seed + row : seed?.[row], options }))
      })
      isReset = true
      return { obs: seen(), infos: { action_mask: mask() } }
    },
    step(actions) {
      const waits = autoresetMode === 'disabled' && over.includes(1)
      if (!isReset || waits) throw new CcError('reset first', { code: 'backtest/reset-needed', recovery: 'halt' })
      if (actions.length !== numEnvs) throw new RangeError('step: one action for each')
      const [rewards, terminated, truncated] = [
        new Float64Array(numEnvs),
        new Uint8Array(numEnvs),
        new Uint8Array(numEnvs),
      ]
      const finalObs = new Float64Array(numEnvs * 2).fill(Number.NaN)
      const finalInfo: (EnvInfo | undefined)[] = envs.map(() => undefined)
      envs.forEach((env, row) => {
        if (autoresetMode === 'next-step' && over[row] === 1) {
          over[row] = 0
          show(row, env.reset())
          return
        }
        const step = env.step(actions[row] as number)
        rewards[row] = step.reward
        terminated[row] = Number(step.terminated)
        truncated[row] = Number(step.truncated)
        over[row] = step.terminated || step.truncated ? 1 : 0
        show(row, step)
        if (autoresetMode !== 'same-step' || over[row] === 0) return
        finalObs.set(step.obs, row * 2)
        finalInfo[row] = step.info
        show(row, env.reset())
      })
      const ends = autoresetMode === 'same-step' ? { final_obs: finalObs, final_info: finalInfo } : {}
      return { obs: seen(), rewards, terminated, truncated, infos: { action_mask: mask(), ...ends } }
    },
    close() {
      for (const env of envs) env.close()
    },
  }
}
