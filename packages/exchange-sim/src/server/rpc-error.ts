/** What a request is answered with when it fails: Deribit's number, its word, and data where Deribit gives some. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(code: number, message: string, data?: Readonly<Record<string, unknown>>) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** `Invalid params` about one parameter. `reason` is for people; Deribit's are short: `wrong format`, `value must be >= 10`. */
export function invalidParam(param: string, reason: string): RpcError {
  return new RpcError(-32602, 'Invalid params', { reason, param })
}

/** A JSON-RPC request without `params` of a method that needs some. */
export function missingParams(): RpcError {
  return new RpcError(-32000, 'Missing params')
}

/** A body that is no JSON. */
export function parseError(): RpcError {
  return new RpcError(-32700, 'Parse error')
}

/** JSON that is no request, or one of a kind that Deribit does not take. */
export function invalidRequest(reason: string): RpcError {
  return new RpcError(-32600, 'Invalid Request', { reason })
}

/** A body or frame over 32 kB. Source: https://docs.deribit.com/articles/json-rpc-overview */
export function requestTooLarge(): RpcError {
  return new RpcError(-32600, 'request entity too large')
}

export function methodNotFound(): RpcError {
  return new RpcError(-32601, 'Method not found')
}
