import type { EnvFindingCode } from './check-env-findings.js'
import { createDict, createTuple } from './composite-space.js'
import {
  createBox,
  createDiscrete,
  createMultiBinary,
  createMultiDiscrete,
  type DiscreteSpace,
  type MultiDiscreteSpace,
} from './space.js'
import { unseeded } from './toy-env.fixture.js'

/** A space that is wrong or doubtful, as a space to act in, and the finding that must name it. */
export type SpaceBreakage = { name: string; code: EnvFindingCode; level: 'error' | 'warning'; space: unknown }

const sound = createDiscrete(3)
const box = createBox({ low: -1, high: 1, shape: [2] })

export const SPACE_BREAKAGES: readonly SpaceBreakage[] = [
  { name: 'none', code: 'space-invalid', level: 'error', space: undefined },
  { name: 'a plain list', code: 'space-invalid', level: 'error', space: [0, 1, 2] },
  { name: 'of a kind that there is not', code: 'space-invalid', level: 'error', space: { ...sound, kind: 'text' } },
  { name: 'one number of a shape', code: 'space-invalid', level: 'error', space: { ...sound, shape: [1] } },
  {
    name: 'two counts for one number',
    code: 'space-invalid',
    level: 'error',
    space: { ...createMultiDiscrete([2, 2]), shape: [1] } satisfies MultiDiscreteSpace,
  },
  {
    name: 'one that cannot sample',
    code: 'space-invalid',
    level: 'error',
    space: {
      ...sound,
      sample() {
        throw new Error('not today')
      },
    } satisfies DiscreteSpace,
  },
  {
    name: 'one that contains whatever it is asked for',
    code: 'space-invalid',
    level: 'error',
    space: { ...sound, contains: (value): value is number => value !== undefined } satisfies DiscreteSpace,
  },
  {
    name: 'a box that does not look at its bounds',
    code: 'space-invalid',
    level: 'error',
    space: { ...box, contains: (value: unknown): value is number[] => Array.isArray(value) && value.length === 2 },
  },
  { name: 'of no numbers', code: 'space-empty', level: 'error', space: createDiscrete(0) },
  {
    name: 'of some numbers, one of which is none',
    code: 'space-empty',
    level: 'error',
    space: createMultiDiscrete([2, 0]),
  },
  { name: 'of no bits', code: 'space-empty', level: 'error', space: createMultiBinary(0) },
  { name: 'of an empty box', code: 'space-empty', level: 'error', space: createBox({ low: 0, high: 1, shape: [0] }) },
  { name: 'of no names', code: 'space-empty', level: 'error', space: createDict({}) },
  { name: 'of no parts', code: 'space-empty', level: 'error', space: createTuple([]) },
  {
    name: 'empty deep inside',
    code: 'space-empty',
    level: 'error',
    space: createDict({ a: createTuple([createDiscrete(0)]) }),
  },
  { name: 'of fewer bounds than its shape', code: 'box-shape', level: 'error', space: { ...box, shape: [3] } },
  {
    name: 'of bounds the wrong way round',
    code: 'box-bounds',
    level: 'error',
    space: createBox({ low: [0, 1], high: [1, 0] }),
  },
  {
    name: 'that does not hold its samples',
    code: 'sample-outside-space',
    level: 'error',
    space: { ...sound, sample: () => 3 } satisfies DiscreteSpace,
  },
  {
    name: 'of samples that no seed fixes',
    code: 'sample-not-seeded',
    level: 'error',
    space: { ...box, sample: () => box.sample(unseeded) },
  },
  {
    name: 'of bounds that are equal',
    code: 'box-flat',
    level: 'warning',
    space: createBox({ low: [0, 0], high: [1, 0] }),
  },
  {
    name: 'without an upper bound',
    code: 'box-unbounded',
    level: 'warning',
    space: createBox({ low: [0], high: [Infinity] }),
  },
  {
    name: 'in units of its own',
    code: 'action-not-normalised',
    level: 'warning',
    space: createTuple([createBox({ low: [0], high: [56] })]),
  },
]
