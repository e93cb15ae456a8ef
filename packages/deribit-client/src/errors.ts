import { CcError, type Recovery } from '@cc/models'

/** A request that never left this machine: refused, no such host, no route, no connection in time. */
export function unreachable(method: string, reason: string): CcError {
  return new CcError(`${method} could not be sent: Deribit was not reached (${reason}).`, {
    code: 'deribit/unreachable',
    recovery: 'retry',
    facts: { method, reason },
  })
}

/** Whoever answers at that address cannot prove to be Deribit. Nothing was sent. */
export function untrustedHost(method: string, reason: string): CcError {
  return new CcError(`${method} was not sent: the certificate of the host is not good (${reason}).`, {
    code: 'deribit/untrusted-host',
    recovery: 'halt',
    facts: { method, reason },
  })
}

/** Something was sent, and no whole answer came: the connection broke, or the time was up. */
export function noAnswer(method: string, reason: string): CcError {
  return new CcError(`Deribit did not answer ${method} (${reason}).`, {
    code: 'deribit/no-answer',
    recovery: 'retry',
    facts: { method, reason },
  })
}

/** The time that a call may take is up. */
export function outOfTime(method: string, timeoutMs: number): CcError {
  return new CcError(`Deribit did not answer ${method} within ${timeoutMs} ms.`, {
    code: 'deribit/no-answer',
    recovery: 'retry',
    facts: { method, reason: 'deadline', timeoutMs },
  })
}

/** A proxy or a balancer before Deribit answered, with a page of its own. */
export function gatewayError(method: string, status: number): CcError {
  return new CcError(`Something before Deribit answered ${method} with HTTP ${status}.`, {
    code: 'deribit/gateway-error',
    recovery: 'retry',
    facts: { method, status },
  })
}

/** An answer that is not JSON-RPC, or contradicts itself. */
export function malformedReply(method: string, problem: string): CcError {
  return new CcError(`The reply to ${method} cannot be used: ${problem}.`, {
    code: 'deribit/malformed-reply',
    recovery: 'skip',
    facts: { method, problem },
  })
}

/** Whether an answer came that made no sense: it may have been damaged on its way, and refuses nothing. */
export function isUnreadableReply(error: unknown): boolean {
  return CcError.isInstance(error) && ['deribit/malformed-reply', 'deribit/unexpected-reply'].includes(error.code)
}

/** An answer from another network than the one that was asked: no private call follows it. */
export function wrongNetwork(method: string, testnet: boolean | undefined): CcError {
  return new CcError(
    `The reply to ${method} does not come from the testnet. This client sends nothing private any more.`,
    {
      code: 'deribit/wrong-network',
      recovery: 'halt',
      facts: { method, testnet: testnet ?? 'absent' },
    },
  )
}

/** Our own limiter: the credits do not come in time. Nothing was sent. */
export function rateLimited(pool: string, waitMs: number): CcError {
  return new CcError(`The next request of the ${pool} pool may go in ${waitMs} ms, which is too late for this one.`, {
    code: 'deribit/rate-limited',
    recovery: 'retry',
    facts: { pool, waitMs },
  })
}

/** The client was closed. */
export function clientClosed(): CcError {
  return new CcError('The client is closed.', { code: 'deribit/closed', recovery: 'skip' })
}

/** A call that this client does not make in this way. A bug of the caller. */
export function wrongCall(method: string, expected: string): CcError {
  return new CcError(`${method}: expected ${expected}.`, {
    code: 'deribit/wrong-call',
    recovery: 'halt',
    facts: { method, expected },
  })
}

/** A parameter that is not sent, because it cannot be meant. */
export function invalidParams(
  method: string,
  { field, value, expected }: { field: string; value: unknown; expected: string },
): CcError {
  const shown = shownValue(field, value)
  return new CcError(`${method}: ${field}: expected ${expected}, got ${shown}.`, {
    code: 'deribit/invalid-params',
    recovery: 'skip',
    facts: { method, field, value: shown, expected },
  })
}

/** A price or an amount between the steps of its instrument. */
export function offGrid(
  method: string,
  { field, value, below, above }: { field: string; value: number; below: number; above: number },
): CcError {
  return new CcError(
    `${method}: ${field}: ${value} is not on the grid of its instrument; next are ${below} and ${above}.`,
    {
      code: 'deribit/off-grid',
      recovery: 'skip',
      facts: { method, field, value, below, above },
    },
  )
}

/** The same failure, of a request that may have changed something. */
export function afterSending(error: CcError): CcError {
  const recovery: Recovery = error.recovery === 'halt' ? 'halt' : 'reconcile'
  return new CcError(error.message, { code: error.code, recovery, facts: error.facts })
}

/** Scalars as they are, long texts and objects by their kind, secrets not at all. */
function shownValue(field: string, value: unknown): string | number | boolean | null {
  if (/secret|token|signature|password/i.test(field)) return 'hidden'
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'string') return value.length <= 64 ? value : `a text of ${value.length} characters`
  return Array.isArray(value) ? 'a list' : typeof value
}
