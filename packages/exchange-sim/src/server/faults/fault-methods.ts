import { CcError } from '@cc/models'
import type { Method } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import type { FaultPlan } from './fault-plan.js'
import type { FaultPlanInput } from './fault-plan-input.js'

/**
 * `sim/set_faults` takes a plan of faults instead of the one that there is, and answers with `ok`; without parameters
 * nothing goes wrong any more. `sim/get_faults` answers with what was injected: `used` by kind, the last of them as `log`,
 * and in `left` how many of the script are still to come.
 */
export function createFaultMethods(plan: FaultPlan): Method[] {
  return [
    {
      name: 'sim/set_faults',
      pool: null,
      scope: null,
      handle({ params }) {
        try {
          plan.replace(planIn(params))
        } catch (error) {
          if (!CcError.isInstance(error)) throw error
          throw invalidParam(String(error.facts.field), error.message)
        }
        return 'ok'
      },
    },
    {
      name: 'sim/get_faults',
      pool: null,
      scope: null,
      handle: () => ({ used: plan.used(), left: plan.left(), log: plan.log() }),
    },
  ]
}

/** Whatever came, for the plan to judge. */
function planIn(params: Params): FaultPlanInput {
  return Object.fromEntries(params.names.map((name) => [name, params.json(name)]))
}
