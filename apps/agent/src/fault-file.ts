import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { FaultPlan, FaultPlanInput } from '@cc/exchange-sim/server'
import { CcError } from '@cc/models'
import { systemCodeOf, usageError } from './failure.js'

/**
 * Reads the plan of faults that `--faults` names: JSON, as `createFaultPlan` takes it.
 *
 * @throws CcError `agent/usage` naming file, field, value and what was expected
 */
export async function readFaultFile(name: string, folder: string): Promise<FaultPlan> {
  const plan = parsed(textOf(name, folder), name)
  const { createFaultPlan } = await import('@cc/exchange-sim/server')
  try {
    return createFaultPlan(plan as FaultPlanInput)
  } catch (error) {
    if (!CcError.isInstance(error)) throw error
    throw usageError(`--faults ${name}: ${error.message}`, error.facts)
  }
}

function textOf(name: string, folder: string): string {
  try {
    return readFileSync(resolve(folder, name), 'utf8')
  } catch (error) {
    throw usageError(`--faults ${name} cannot be read: ${(error as Error).message}.`, {
      systemCode: systemCodeOf(error) ?? null,
    })
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw usageError(`--faults ${name} is not JSON: ${(error as Error).message}.`)
  }
}
