import type { z } from 'zod'
import type { ApiMethod } from '../method.js'

/** A method with the types of its schemas. It reads without changing anything, from the ordinary pool, unless it says otherwise. */
export function defineMethod<Params extends object, Result>(
  method: Pick<ApiMethod<Params, Result>, 'name'> &
    Partial<Pick<ApiMethod<Params, Result>, 'pool' | 'effect'>> & {
      params: z.ZodType<Params>
      result: z.ZodType<Result>
    },
): ApiMethod<Params, Result> {
  return { pool: 'non-matching', effect: 'read', ...method }
}
