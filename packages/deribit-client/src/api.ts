import type { Answer, ApiMethod, Call, CallOptions, OrderAnswer } from './method.js'
import { orderMethods, privateMethods } from './methods/private-methods.js'
import { publicMethods } from './methods/public-methods.js'

/** Sends one order request, once, and says what became of it. It rejects only where the request itself is wrong. */
export type SendOrder = <Params extends object, Result>(
  method: ApiMethod<Params, Result>,
  params: Params,
  options?: CallOptions,
) => Promise<OrderAnswer<Result>>

/** Takes the parameters under Deribit's own names; they may be left out where none is required. */
type Ask<Params extends object, Reply> =
  Record<never, never> extends Params
    ? (params?: Params, options?: CallOptions) => Promise<Reply>
    : (params: Params, options?: CallOptions) => Promise<Reply>

type Reads<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends ApiMethod<infer Params, infer Result>
    ? Ask<Params, Answer<Result>>
    : never
}

type Orders<Methods> = {
  readonly [Name in keyof Methods]: Methods[Name] extends ApiMethod<infer Params, infer Result>
    ? Ask<Params, OrderAnswer<Result>>
    : never
}

/**
 * Public methods. Every function resolves to an `Answer`: the `result` in Deribit's own names and units (IV in percent,
 * option prices in coin, times in UTC epoch milliseconds), and when the exchange answered.
 */
export type PublicApi = Reads<typeof publicMethods>

/** Private methods, likewise. Those that send or change an order resolve to an `OrderAnswer`, whatever becomes of it. */
export type PrivateApi = Reads<typeof privateMethods> & Orders<typeof orderMethods>

/** Public methods over a call. */
export function createPublicApi(call: Call): PublicApi {
  return bind(publicMethods, call) as PublicApi
}

/** Private methods over a call, and a way to send orders. */
export function createPrivateApi(call: Call, order: SendOrder): PrivateApi {
  return { ...bind(privateMethods, call), ...bind(orderMethods, order) } as PrivateApi
}

function bind(
  methods: object,
  send: (method: never, params: never, options?: CallOptions) => Promise<unknown>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [
      name,
      (params: object = {}, options?: CallOptions) => send(method as never, params as never, options),
    ]),
  )
}
