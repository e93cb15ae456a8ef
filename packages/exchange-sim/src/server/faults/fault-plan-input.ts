import { CcError } from '@cc/models'
import { z } from 'zod'
import { connectionFaultSchema, notificationFaultSchema, requestFaultSchema } from './fault.js'

/** Most faults that a plan may hold of either kind. */
const MAX_ENTRIES = 10_000

/** A name, the beginning of names with a star behind it, or a star for all. */
const patternSchema = z.string().regex(/^(?:[^*]{1,200}\*?|\*)$/, 'expected a name, or the beginning of one before a *')

const anyRequest = {
  on: z.literal('request'),
  /** `private/buy`, `private/*` or `*`. */
  method: patternSchema.default('*'),
  /** Default: both. */
  transport: z.enum(['http', 'websocket']).optional(),
  fault: requestFaultSchema,
}
const anyNotification = {
  on: z.literal('notification'),
  /** `book.BTC-9JAN26-80000-C.100ms`, `book.*` or `*`. */
  channel: patternSchema.default('*'),
  fault: notificationFaultSchema,
}
const anyUpgrade = { on: z.literal('upgrade'), fault: connectionFaultSchema }

const turn = {
  /** How many that match are let by before. */
  skip: z.int().min(0).max(1_000_000_000).default(0),
  /** How many that match are hit then. */
  times: z.int().min(1).max(1_000_000_000).default(1),
}
const chance = { probability: z.number().min(0).max(1) }

/** What goes wrong, and when: told beforehand, or by chance. */
export const faultPlanSchema = z.strictObject({
  /** Of all chance. */
  seed: z.int().nonnegative().default(1),
  /**
   * Faults in their order. What happens is counted by the first of them that it matches and that is not used up: let by
   * while that one skips, and hit after that.
   */
  script: z
    .array(
      z.discriminatedUnion('on', [
        z.strictObject({ ...anyRequest, ...turn }),
        z.strictObject({ ...anyNotification, ...turn }),
        z.strictObject({ ...anyUpgrade, ...turn }),
      ]),
    )
    .max(MAX_ENTRIES)
    .default([]),
  /** Faults by chance, of what the script leaves alone. Of those that match one at most hits: their probabilities add up. */
  rates: z
    .array(
      z.discriminatedUnion('on', [
        z.strictObject({ ...anyRequest, ...chance }),
        z.strictObject({ ...anyNotification, ...chance }),
        z.strictObject({ ...anyUpgrade, ...chance }),
      ]),
    )
    .max(MAX_ENTRIES)
    .default([]),
})
export type FaultPlanInput = z.input<typeof faultPlanSchema>
export type FaultPlanSettings = z.infer<typeof faultPlanSchema>

/**
 * Reads a plan from anywhere: a file, a request, a test.
 *
 * @throws CcError `exchange-sim/malformed-fault-plan` with field, value and what was expected
 */
export function readFaultPlan(input: unknown): FaultPlanSettings {
  const read = faultPlanSchema.safeParse(input)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const path = issue?.path ?? []
  const field = path.length === 0 ? 'the plan' : path.join('.')
  const value = shortened(valueAt(input, path))
  const expected = issue?.message ?? 'a plan of faults'
  throw new CcError(`${field} is ${value}: ${expected}`, {
    code: 'exchange-sim/malformed-fault-plan',
    recovery: 'halt',
    facts: { field, value, expected },
  })
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[key]
  }
  return value
}

function shortened(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    text = undefined
  }
  if (text === undefined) return value === undefined ? 'missing' : String(typeof value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
