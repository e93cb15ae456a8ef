import { createVirtualClock } from '@cc/models/clock'
import type { Exchange } from '../../exchange/exchange-port.js'
import { absentParams, type Params, readParams, readQuery } from '../params.js'
import { RpcError } from '../rpc-error.js'
import { ACCOUNT_METHODS } from './account.js'
import { HISTORY_METHODS } from './history.js'
import { MARKET_METHODS } from './market.js'
import { TRADING_METHODS } from './trading.js'

const ALL_METHODS = [...MARKET_METHODS, ...TRADING_METHODS, ...ACCOUNT_METHODS, ...HISTORY_METHODS]

type Raw = Readonly<Record<string, unknown>>

/** Calls methods at an exchange as a server does, without its protocol. Results went over the wire: they are JSON. */
export function callerOf(exchange: Exchange) {
  const methods = new Map(ALL_METHODS.map((method) => [method.name as string, method]))

  // biome-ignore lint/suspicious/noExplicitAny: results are JSON of as many shapes as there are methods.
  function perform(name: string, params: Params): any {
    const method = methods.get(name)
    if (method === undefined) throw new Error(`There is no method ${name}.`)
    const nowMs = exchange.nowMs()
    const clock = createVirtualClock({ startMs: nowMs })
    const result = method.handle({ params, exchange, nowMs, clock, connection: { transport: 'http', id: 1 } })
    return JSON.parse(JSON.stringify(result))
  }

  return {
    call: (name: string, params?: Raw) => perform(name, params === undefined ? absentParams() : readParams(params)),
    /** The same as a query string, where every value is text. */
    get(name: string, params: Raw) {
      const query = new URLSearchParams()
      for (const [key, value] of Object.entries(params)) query.set(key, String(value))
      return perform(name, readQuery(query.toString()))
    },
    /** The error that a call fails with. */
    failure(name: string, params: Raw = {}): { code: number; message: string; data: unknown } {
      try {
        perform(name, readParams(params))
      } catch (error) {
        if (!(error instanceof RpcError)) throw error
        return { code: error.code, message: error.message, data: error.data }
      }
      throw new Error(`${name} was answered.`)
    },
  }
}
