import type { Findings } from './check-env-findings.js'
import { checkClose, RESET_NEEDED, refusalOf } from './check-env-life.js'
import { sameValue } from './check-env-values.js'
import { type Layout, pickActions } from './check-env-vector-play.js'
import type { VectorEnv } from './env.js'

/** Finds masked resets that reset others than those of the mask, or not those. */
export function checkMaskedReset<A>(findings: Findings, env: VectorEnv<A>, layout: Layout): void {
  const { count, width } = layout
  env.reset({ seed: 8 })
  const long = new Uint8Array(count + 1).fill(1)
  if (refusalOf(() => env.reset({ mask: long })) === 'went on') {
    findings.error('vector-masked-reset', `reset must refuse a mask that is not ${count} long, it took one.`)
  }
  if (count < 2) return
  env.reset({ seed: 8 })
  const before = env.step(pickActions(env, { infos: {}, layout, seed: 8 })).obs.slice()
  const mask = Uint8Array.from({ length: count }, (_, i) => (i === 0 ? 1 : 0))
  const seed = Array.from({ length: count }, (_, i) => 50 + i)
  const after = env.reset({ mask, seed }).obs.slice()
  if (!sameValue(before.slice(width), after.slice(width))) {
    findings.error('vector-masked-reset', 'reset with a mask must leave the other rows as they are, it did not.')
  }
  if (sameValue(after.slice(0, width), env.reset({ seed }).obs.slice(0, width))) return
  findings.error('vector-masked-reset', 'reset with a mask must begin its rows as one without a mask, it did not.')
}

/** Finds requests that should be refused, and are taken. */
export function checkVectorRequests<A>(findings: Findings, env: VectorEnv<A>, layout: Layout): void {
  for (const seed of [Number.NaN, -1, 0.5]) {
    if (refusalOf(() => env.reset({ seed })) !== 'went on') continue
    findings.error('bad-seed-taken', `reset must refuse a seed that is no integer from 0 on, it took ${seed}.`)
  }
  if (refusalOf(() => env.reset({ seed: 9, options: { 'no such option': 1 } })) === 'went on') {
    findings.error('unknown-option-taken', 'reset must refuse an option that it does not know, it took one.')
  }
  env.reset({ seed: 9 })
  const actions: unknown[] = pickActions(env, { infos: {}, layout, seed: 9 })
  if (refusalOf(() => env.step(actions.slice(1) as A[])) === 'went on') {
    findings.error('bad-action-taken', `step must refuse fewer actions than ${layout.count}, it took them.`)
  }
  env.reset({ seed: 9 })
  if (refusalOf(() => env.step([...actions.slice(1), Number.NaN] as A[])) === 'went on') {
    findings.error('bad-action-taken', 'step must refuse an action that is not in its space, it took NaN.')
  }
}

/** Finds what is done before the first reset and after `close`. */
export function checkVectorLife<A>(findings: Findings, env: VectorEnv<A>, layout: Layout): void {
  const actions = pickActions(env, { infos: {}, layout, seed: 9 })
  const refusal = refusalOf(() => env.step(actions))
  if (refusal !== RESET_NEEDED) {
    findings.error('step-before-reset', `step before the first reset must throw ${RESET_NEEDED}, it ${refusal}.`)
  }
  checkClose(findings, {
    close: () => env.close(),
    reset: () => env.reset({ seed: 9 }),
    step: () => env.step(actions),
  })
}
