import { type Findings, thrownText } from './check-env-findings.js'
import { describe, type KnownSpace, knownSpace, sameValue } from './check-env-values.js'
import { createRandom } from './seeding.js'
import type { BoxSpace } from './space.js'

/** Finds what makes a space useless: no values, bounds the wrong way round, samples that it does not hold. */
export function checkSpace(findings: Findings, space: unknown, role: 'observation' | 'action'): void {
  checkPart(findings, { space, role, name: `${role}Space` })
  const known = knownSpace(space)
  if (known === undefined || findings.has('space-empty', 'box-shape', 'box-bounds')) return
  checkSamples(findings, known, `${role}Space`)
}

type Part = { space: unknown; role: 'observation' | 'action'; name: string }

function checkPart(findings: Findings, { space, role, name }: Part): void {
  const known = knownSpace(space)
  if (known === undefined) {
    findings.error('space-invalid', `${name} must be a space, got ${describe(space)}.`)
    return
  }
  switch (known.kind) {
    case 'box':
      checkBox(findings, known, { role, name })
      return
    case 'discrete':
      if (!(known.count > 0)) {
        findings.error('space-empty', `${name} must hold at least one value, its count is ${known.count}.`)
      }
      if (known.shape?.length !== 0) {
        findings.error('space-invalid', `${name} is one number: its shape must be empty, got [${known.shape}].`)
      }
      return
    case 'multi-discrete': {
      const bad = known.counts.findIndex((count) => !(count > 0))
      if (bad >= 0 || known.counts.length === 0) {
        findings.error('space-empty', `${name} must have counts above 0, got [${known.counts.join(', ')}].`)
      }
      if (known.shape[0] !== known.counts.length) {
        findings.error('space-invalid', `${name} has ${known.counts.length} counts for a shape of [${known.shape}].`)
      }
      return
    }
    case 'multi-binary':
      if (known.shape.length === 0 || known.shape.some((length) => !(length > 0))) {
        findings.error('space-empty', `${name} must have lengths above 0, got [${known.shape.join(', ')}].`)
      }
      return
    default: {
      const parts = Object.entries(known.spaces)
      if (parts.length === 0) findings.error('space-empty', `${name} must have at least one part, got none.`)
      for (const [part, inner] of parts) checkPart(findings, { space: inner, role, name: `${name}.${part}` })
    }
  }
}

function checkBox(findings: Findings, box: BoxSpace, { role, name }: Omit<Part, 'space'>): void {
  const { low, high, shape } = box
  const size = sizeOf(shape)
  if (low.length !== size || high.length !== size) {
    const got = `${low.length} and ${high.length}`
    findings.error('box-shape', `${name} must have ${size} lower and upper bounds for its shape, got ${got}.`)
    return
  }
  if (size === 0) findings.error('space-empty', `${name} must hold at least one number, its shape is [${shape}].`)
  for (let i = 0; i < size; i++) {
    const [from, to] = [low[i] as number, high[i] as number]
    if (!(from <= to)) {
      findings.error(
        'box-bounds',
        `${name}[${i}] must have a low bound that is not above the high one, got ${from} and ${to}.`,
      )
    } else if (from === to) {
      findings.warn('box-flat', `${name}[${i}] can only be ${from}: its bounds are equal.`)
    }
    if (from === -Infinity || to === Infinity) {
      findings.warn('box-unbounded', `${name}[${i}] has an infinite bound: nothing can be scaled by it.`)
    }
  }
  if (role === 'action' && shape.length === 1 && !isNormalised(low, high)) {
    findings.warn('action-not-normalised', `${name} should reach from −1 to 1 or from 0 to 1: learners assume it.`)
  }
}

/** What is in no space of this kind and size, whatever it says. */
export function outsidersOf(space: KnownSpace): readonly unknown[] {
  const anywhere: unknown[] = [undefined, null, Number.NaN, 'hold', {}, []]
  switch (space.kind) {
    case 'discrete':
      return [...anywhere, space.start - 1, space.start + space.count, space.start + 0.5]
    case 'box': {
      const { low, high } = space
      const outside = [Array.from(low, () => Number.NaN), [...low, 0], Array.from(high, (to) => to + 1)]
      return [...anywhere, ...outside.slice(0, high.every(Number.isFinite) ? 3 : 2)]
    }
    case 'multi-discrete':
      return [...anywhere, [...space.counts], space.counts.map(() => 0.5)]
    case 'multi-binary':
      return [...anywhere, Array.from({ length: sizeOf(space.shape) }, () => 2)]
    case 'dict':
      return [...anywhere, { ...(space.sample(createRandom(3)) as object), 'no such part': 0 }]
    case 'tuple':
      return [...anywhere, [...(space.sample(createRandom(3)) as readonly unknown[]), 0]]
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}

/** Symmetric around 0 or from 0 on, and within −1 and 1. */
function isNormalised(low: Float64Array, high: Float64Array): boolean {
  return low.every((from, i) => {
    const to = high[i] as number
    return (from === 0 || from === -to) && from >= -1 && to <= 1
  })
}

function checkSamples(findings: Findings, space: KnownSpace, name: string): void {
  try {
    const random = createRandom(1)
    for (let i = 0; i < SAMPLES; i++) {
      const value = space.sample(random)
      if (space.contains(value)) continue
      findings.error('sample-outside-space', `${name} does not contain what it sampled: ${describe(value)}.`)
      return
    }
    const taken = outsidersOf(space).find((value) => space.contains(value))
    if (taken !== undefined || space.contains(undefined)) {
      findings.error('space-invalid', `${name} must not contain ${describe(taken)}.`)
    }
    const first = space.sample(createRandom(2))
    space.seed(7)
    const seeded = space.sample()
    space.seed(7)
    const again = space.sample()
    if (sameValue(first, space.sample(createRandom(2))) && sameValue(seeded, again)) return
    findings.error('sample-not-seeded', `${name} must sample the same from the same stream and after the same seed.`)
  } catch (error) {
    findings.error('space-invalid', `${name} must sample, threw ${thrownText(error)}.`)
  }
}

const SAMPLES = 50
