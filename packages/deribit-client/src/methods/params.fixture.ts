import type { ApiMethod } from '../method.js'

/** What a method says against parameters, `field: message` each. */
export function problems(method: Pick<ApiMethod<never, unknown>, 'name'>, params: unknown): string[] {
  const { error } = (method as ApiMethod<object, unknown>).params.safeParse(params)
  return error?.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`) ?? []
}
