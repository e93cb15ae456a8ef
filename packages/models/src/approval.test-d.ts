import { describe, expectTypeOf, it } from 'vitest'
import type { ApprovalBounds } from './approval.js'
import type { OrderTerms } from './order.js'
import type { ApprovedAction, ApprovedOrder, Broker, Executor } from './ports.js'
import { type VerdictRecord, verdictRecordSchema } from './verdict.js'

declare const approved: ApprovedAction
declare const order: ApprovedOrder
declare const executor: Executor
declare const broker: Broker
declare const bounds: ApprovalBounds
declare const terms: OrderTerms
declare const line: string

describe('an approval', () => {
  it('cannot be spread, written down or imitated', () => {
    // @ts-expect-error a spread loses the private member
    void executor.execute({ ...approved })
    // @ts-expect-error a literal has none
    void executor.execute({ bounds })
    class LookAlike {
      readonly #bounds = bounds
      get bounds(): ApprovalBounds {
        return this.#bounds
      }
    }
    // @ts-expect-error another class with the same shape has another private member
    void executor.execute(new LookAlike())
    void executor.execute(approved)
  })

  it('cannot be parsed from a record', () => {
    const record = verdictRecordSchema.parse(JSON.parse(line))
    expectTypeOf(record).toEqualTypeOf<VerdictRecord>()
    // @ts-expect-error a record is plain data
    void executor.execute(record)
  })

  it('is a type to importers of the package, not a constructor', () => {
    // @ts-expect-error the constructor is private where the class is seen at all
    ;new (approved.constructor as typeof import('./approval.js').ApprovedAction)(bounds)
  })
})

describe('an approved order', () => {
  it('is the only thing that a broker places', () => {
    // @ts-expect-error terms alone are not approved
    void broker.place(terms)
    // @ts-expect-error a spread loses the private member
    void broker.place({ ...order })
    // @ts-expect-error a literal has none
    void broker.place({ terms })
    void broker.place(order)
  })
})
