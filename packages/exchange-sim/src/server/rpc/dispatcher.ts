import type { Clock, Logger } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import { type Authenticator, type HttpAuthorization, invalidToken } from '../auth/authenticator.js'
import { type Rights, rightsOf } from '../auth/scope.js'
import { type CreditPools, createCreditPools } from '../credit-pools.js'
import { namedError } from '../error-table.js'
import { stackOf } from '../failure-report.js'
import type { Connection, Method, MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { methodNotFound, RpcError } from '../rpc-error.js'
import { WEBSOCKET_ONLY } from '../system-methods.js'
import { createMicroseconds, errorText, type RequestId, resultText } from './envelope.js'
import { idOf, parseBody, readRequest } from './request.js'

/** An envelope as text, and the number of its error; `null` for a result. */
export type Answer = { readonly text: string; readonly errorCode: number | null }

/** What HTTP says besides the body: the method that the path names, and the header. */
type HttpFrame = {
  readonly pathMethod: string | undefined
  readonly authorization: HttpAuthorization | undefined
}

/** A call whose method and parameters are known: that of a query string. */
type Call = {
  readonly method: string
  readonly params: Params
  readonly authorization: HttpAuthorization | undefined
}

/** From request to envelope, the same for every transport. Nothing that comes in makes it throw. */
export type Dispatcher = {
  /** Names of the methods that it has. */
  readonly methods: readonly string[]
  /** One frame of JSON-RPC in, one out. */
  handleText(text: string, connection: Connection): string | Promise<string>
  answerText(text: string, connection: Connection, frame: HttpFrame): Answer | Promise<Answer>
  answerCall(call: Call, connection: Connection): Answer | Promise<Answer>
  /** For what fails before it is a request, or instead of being one. */
  answerFailure(error: RpcError, id?: RequestId): Answer
  /** How often each method was called. */
  counts(): Readonly<Record<string, number>>
}

type DispatcherParts = {
  methods: readonly Method[]
  exchange: Exchange
  clock: Clock
  /** Tells the time in envelopes. Default: `clock`. */
  toldClock?: Clock | undefined
  authenticator: Authenticator
  /** By which credit pools fill, in milliseconds; `null`: nothing is limited. */
  poolNowMs: (() => number) | null
  logger: Logger | undefined
}

/** What is asked of a method before it is called, worked out once. */
type Entry = { readonly method: Method; readonly rights: Rights; calls: number }

const NO_FRAME: HttpFrame = { pathMethod: undefined, authorization: undefined }

/** Puts methods behind authorisation and credit pools. Venue time is brought to the present before each. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { exchange, clock, authenticator, poolNowMs, logger } = parts
  const microseconds = createMicroseconds(parts.toldClock ?? clock)
  const entries = new Map<string, Entry>()
  for (const method of parts.methods) {
    if (entries.has(method.name)) throw new Error(`Two methods are called ${method.name}.`)
    entries.set(method.name, { method, rights: method.scope === null ? 0 : rightsOf(method.scope), calls: 0 })
  }
  const accountPools = createCreditPools()
  const connectionPools = new WeakMap<Connection, CreditPools>()

  function perform({ method: name, params, authorization }: Call, connection: Connection): unknown {
    if (connection.transport === 'http' && WEBSOCKET_ONLY.has(name)) throw namedError('must_be_websocket_request')
    const entry = entries.get(name)
    if (entry === undefined) throw methodNotFound()
    entry.calls += 1
    const call: MethodCall = { params, exchange, nowMs: clock.now(), clock, connection }
    const isKnown = authorise(entry, authorization, call)
    if (poolNowMs !== null) charge(entry.method, isKnown, { connection, nowMs: poolNowMs() })
    exchange.advanceTo(call.nowMs)
    return entry.method.handle(call)
  }

  /** Whether the account is known that asks. A public method is open to everybody, whatever credentials come along. */
  function authorise(
    { method, rights }: Entry,
    authorization: HttpAuthorization | undefined,
    call: MethodCall,
  ): boolean {
    const request = { authorization, params: call.params }
    if (method.scope === null) {
      const isRemembered = (call.connection.session?.token ?? null) !== null
      if (authorization === undefined && !isRemembered && !call.params.has('access_token')) return false
      try {
        return authenticator.rightsOf(request, call) !== null
      } catch (error) {
        if (error instanceof RpcError) return false
        throw error
      }
    }
    const granted = authenticator.rightsOf(request, call)
    if (granted === null) throw invalidToken()
    if ((granted & rights) !== rights) throw namedError('forbidden', { reason: `needs ${method.scope}` })
    return true
  }

  function charge(
    { pool }: Method,
    isKnown: boolean,
    { connection, nowMs }: Pick<MethodCall, 'connection' | 'nowMs'>,
  ): void {
    if (pool === null) return
    const waitMs = (isKnown ? accountPools : poolsOf(connection)).charge(pool, nowMs)
    if (waitMs > 0) throw namedError('too_many_requests', { wait: waitMs / 1_000 })
  }

  function poolsOf(connection: Connection): CreditPools {
    let pools = connectionPools.get(connection)
    if (pools === undefined) {
      pools = createCreditPools()
      connectionPools.set(connection, pools)
    }
    return pools
  }

  function succeed(id: RequestId, result: unknown, usIn: number): Answer {
    return { text: resultText(id, result, { usIn, usOut: microseconds() }), errorCode: null }
  }

  function fail(
    id: RequestId,
    error: unknown,
    { usIn, method }: { usIn: number; method?: string | undefined },
  ): Answer {
    const told = error instanceof RpcError ? error : report(error, method)
    return { text: errorText(id, told, { usIn, usOut: microseconds() }), errorCode: told.code }
  }

  /** Of what nobody threw on purpose: people read the details in the log, the client learns that it was not its fault. */
  function report(error: unknown, method: string | undefined): RpcError {
    logger?.error('A request failed inside the local exchange.', { method: method ?? null, stack: stackOf(error) })
    return namedError('internal_server_error')
  }

  function answer(id: RequestId, call: Call, { connection, usIn }: { connection: Connection; usIn: number }) {
    try {
      const result = perform(call, connection)
      if (!(result instanceof Promise)) return succeed(id, result, usIn)
      return result
        .then((value) => succeed(id, value, usIn))
        .catch((error) => fail(id, error, { usIn, method: call.method }))
    } catch (error) {
      return fail(id, error, { usIn, method: call.method })
    }
  }

  function answerText(text: string, connection: Connection, frame: HttpFrame): Answer | Promise<Answer> {
    const usIn = microseconds()
    let id: RequestId
    try {
      const body = parseBody(text)
      id = idOf(body)
      const { method, params } = readRequest(body, frame.pathMethod)
      return answer(id, { method, params, authorization: frame.authorization }, { connection, usIn })
    } catch (error) {
      return fail(id, error, { usIn })
    }
  }

  return {
    methods: [...entries.keys()],
    answerText,
    handleText(text, connection) {
      const answered = answerText(text, connection, NO_FRAME)
      return answered instanceof Promise ? answered.then((each) => each.text) : answered.text
    },
    answerCall: (call, connection) => answer(undefined, call, { connection, usIn: microseconds() }),
    answerFailure: (error, id) => fail(id, error, { usIn: microseconds() }),
    counts() {
      const called = [...entries.values()].filter(({ calls }) => calls > 0)
      return Object.fromEntries(called.map(({ method, calls }) => [method.name, calls]))
    },
  }
}
