import { legsOf } from './case.ts'
import type { Chance } from './chance.ts'
import type { Scenario } from './scene.ts'

/** What was done to a state that no venue would send, and the one code that must be among the answers. */
export type Damage = 'state-incomplete' | 'check-failed'

/** Takes a number out of a state that its trade cannot be judged without, or makes reading it fail. */
export function damage({ state, proposal }: Scenario, chance: Chance): Damage | undefined {
  const [sold, bought] = legsOf(proposal)
  for (const { candidates, portfolio } of state.underlyings) {
    const call = candidates.find(({ instrument }) => instrument.symbol === sold?.symbol)
    const position = portfolio.positions.find(({ instrument }) => instrument.symbol === bought?.symbol)
    const holder = chance.once(2) ? (call ?? position) : (position ?? call)
    if (holder === undefined) continue
    if (chance.once(2)) {
      Object.defineProperty(portfolio, 'openOrders', {
        enumerable: false,
        get() {
          throw new RangeError('The open orders cannot be read.')
        },
      })
      return 'check-failed'
    }
    const numbers = [
      [holder, 'markPriceCoin'],
      [holder, holder === position ? 'sizeCoin' : 'bidPriceCoin'],
      ...(call === undefined ? [] : SOLD.map((name) => [portfolio, name] as const)),
      ...(call === undefined ? [] : CALLED.map((name) => [call, name] as const)),
    ] as const
    const [owner, name] = chance.pick(numbers)
    Object.assign(owner, { [name]: chance.pick([Number.NaN, Number.NEGATIVE_INFINITY]) })
    return 'state-incomplete'
  }
  return undefined
}

const SOLD = ['balanceCoin', 'equityCoin', 'marginBalanceCoin', 'initialMarginCoin', 'maintenanceMarginCoin'] as const
const CALLED = ['delta', 'forwardUsd', 'markIv'] as const
