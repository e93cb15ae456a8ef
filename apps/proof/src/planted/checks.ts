import type { Check } from './checks/check.ts'
import { ENGINE_CHECKS } from './checks/engine-checks.ts'
import { EXECUTOR_CHECKS } from './checks/executor-checks.ts'
import { SWEEP_CHECKS } from './checks/sweep-checks.ts'
import { WIRE_CHECKS } from './checks/wire-checks.ts'

/** What a patched copy is asked besides the simulation, by name. */
export const CHECKS: ReadonlyMap<string, Check> = new Map([
  ...EXECUTOR_CHECKS,
  ...SWEEP_CHECKS,
  ...ENGINE_CHECKS,
  ...WIRE_CHECKS,
])
