import type { z } from 'zod'
import { invalidParams } from './errors.js'
import type { ApiMethod } from './method.js'

/**
 * The parameters as they will be sent.
 *
 * @throws CcError `deribit/invalid-params`, naming the first that is wrong
 */
export function checkParams<Params extends object, Result>(method: ApiMethod<Params, Result>, params: Params): Params {
  const checked = method.params.safeParse(params)
  if (checked.success) return checked.data
  throw invalidParams(method.name, wrongParam(params, checked.error))
}

function wrongParam(params: unknown, { issues }: z.ZodError): { field: string; value: unknown; expected: string } {
  const [issue] = issues
  if (issue?.code === 'unrecognized_keys') {
    const field = issue.keys[0] ?? 'params'
    return { field, value: 'one', expected: 'no such parameter' }
  }
  const path = issue?.path ?? []
  return {
    field: path.length === 0 ? 'params' : path.map(String).join('.'),
    value: path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | null | undefined)?.[step], params),
    expected: /expected (.+?)(?:, received .*)?$/.exec(issue?.message ?? '')?.[1] ?? issue?.message ?? 'another value',
  }
}
