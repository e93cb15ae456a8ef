import type { EnvFindingCode } from './check-env-findings.js'
import type { BoxSpace, DiscreteSpace, MultiBinarySpace, MultiDiscreteSpace, Space } from './space.js'

/** A space of any kind, told apart by `kind`. */
export type KnownSpace =
  | BoxSpace
  | DiscreteSpace
  | MultiDiscreteSpace
  | MultiBinarySpace
  | (Space<unknown> & { readonly kind: 'dict'; readonly spaces: Readonly<Record<string, Space<unknown>>> })
  | (Space<unknown> & { readonly kind: 'tuple'; readonly spaces: readonly Space<unknown>[] })

/** `undefined` for what is no space, whatever its type promised. */
export function knownSpace(space: unknown): KnownSpace | undefined {
  if (!isRecord(space) || typeof space.contains !== 'function' || typeof space.sample !== 'function') return undefined
  return KINDS.includes(space.kind as string) ? (space as KnownSpace) : undefined
}

/** What is wrong with an observation, and where in it. `path` names the observation. */
export function observationProblem(
  value: unknown,
  space: Space<unknown>,
  path: string,
): { code: EnvFindingCode; message: string } | undefined {
  const known = knownSpace(space)
  if (known === undefined) return undefined
  switch (known.kind) {
    case 'dict': {
      if (!isRecord(value)) return typeProblem(path, 'a plain object', value)
      const names = Object.keys(known.spaces)
      const extra = Object.keys(value).filter((name) => !names.includes(name))
      const missing = names.filter((name) => !Object.hasOwn(value, name))
      if (extra.length + missing.length > 0) {
        return shapeProblem(path, `the parts ${names.join(', ')}`, Object.keys(value).join(', '))
      }
      return firstOf(names.map((name) => [value[name], known.spaces[name], `${path}.${name}`]))
    }
    case 'tuple':
      if (!Array.isArray(value)) return typeProblem(path, 'an array', value)
      if (value.length !== known.spaces.length) return shapeProblem(path, `${known.spaces.length} parts`, value.length)
      return firstOf(known.spaces.map((part, i) => [value[i], part, `${path}[${i}]`]))
    case 'discrete':
      if (typeof value !== 'number') return typeProblem(path, 'a number', value)
      if (!Number.isFinite(value)) return notFinite(path, value)
      return known.contains(value) ? undefined : outside(path, value)
    default:
      return flatProblem(value, known, path)
  }
}

function flatProblem(
  value: unknown,
  space: BoxSpace | MultiDiscreteSpace | MultiBinarySpace,
  path: string,
): ReturnType<typeof observationProblem> {
  const numbers = numbersOf(value)
  if (numbers === undefined) return typeProblem(path, 'an array of numbers', value)
  const size = space.shape.reduce((product, length) => product * length, 1)
  if (numbers.length !== size) return shapeProblem(path, `${size} numbers`, numbers.length)
  const notNumber = numbers.findIndex((number) => typeof number !== 'number')
  if (notNumber >= 0) return typeProblem(`${path}[${notNumber}]`, 'a number', numbers[notNumber])
  // An unbounded box holds infinity, and no learner can do anything with it.
  const strange = numbers.findIndex((number) => !Number.isFinite(number))
  if (strange >= 0) return notFinite(`${path}[${strange}]`, numbers[strange])
  const { low, high } = space.kind === 'box' ? space : { low: undefined, high: undefined }
  // The bounds are read here and not asked for: `contains` may say what it likes.
  const bad = numbers.findIndex((number, i) => number < (low?.[i] ?? 0) || number > (high?.[i] ?? Infinity))
  if (bad < 0) return space.contains(value) ? undefined : outside(path, [...numbers].join(', '))
  if (low === undefined) return outside(`${path}[${bad}]`, numbers[bad])
  const message = `${path}[${bad}] must be from ${low[bad]} to ${high?.[bad]}, got ${numbers[bad]}.`
  return { code: 'observation-outside-space', message }
}

function firstOf(
  parts: readonly (readonly [value: unknown, space: Space<unknown> | undefined, path: string])[],
): ReturnType<typeof observationProblem> {
  for (const [value, space, path] of parts) {
    const problem = space && observationProblem(value, space, path)
    if (problem !== undefined) return problem
  }
  return undefined
}

function typeProblem(path: string, expected: string, value: unknown): { code: EnvFindingCode; message: string } {
  return { code: 'observation-type', message: `${path} must be ${expected}, got ${describe(value)}.` }
}

function shapeProblem(path: string, expected: string, got: unknown): { code: EnvFindingCode; message: string } {
  return { code: 'observation-shape', message: `${path} must have ${expected}, got ${String(got)}.` }
}

function notFinite(path: string, value: unknown): { code: EnvFindingCode; message: string } {
  return { code: 'observation-not-finite', message: `${path} must be a finite number, got ${value}.` }
}

function outside(path: string, value: unknown): { code: EnvFindingCode; message: string } {
  return { code: 'observation-outside-space', message: `${path} must be in the observation space, got ${value}.` }
}

/** Equal in every part and to the last bit; NaN equals NaN, −0 does not equal 0. Functions are not compared. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a === 'function' && typeof b === 'function') return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  const keys = Object.keys(a)
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(left[key], right[key]))
  )
}

/** A copy that nobody else writes into. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return (value as Float64Array).slice()
  if (!isRecord(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]))
}

/** Overwrites every number of an observation, as a learner may that works in place. */
export function scribbleOn(value: unknown): void {
  if (numbersOf(value) !== undefined && !Object.isFrozen(value)) (value as number[]).fill(SCRIBBLE)
  else if (isRecord(value)) for (const part of Object.values(value)) scribbleOn(part)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** What a value is, in a few words. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value !== 'object') return `the ${typeof value} ${String(value)}`
  if (Array.isArray(value)) return `an array of ${value.length}`
  return `a ${value.constructor?.name ?? 'bare object'} with ${Object.keys(value).slice(0, 8).join(', ')}`
}

function numbersOf(value: unknown): readonly number[] | undefined {
  const isNumbers =
    Array.isArray(value) ||
    value instanceof Float64Array ||
    value instanceof Float32Array ||
    value instanceof Int32Array ||
    value instanceof Uint8Array
  return isNumbers ? (value as readonly number[]) : undefined
}

const KINDS = ['box', 'discrete', 'multi-discrete', 'multi-binary', 'dict', 'tuple']
const SCRIBBLE = 1e9
