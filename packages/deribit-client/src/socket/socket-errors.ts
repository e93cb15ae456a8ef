import { CcError } from '@cc/models'

/** There is no WebSocket: refused, no such host, no handshake in time, or it ended. */
export function noConnection(reason: string): CcError {
  return new CcError(`There is no WebSocket to Deribit (${reason}).`, {
    code: 'deribit/unreachable',
    recovery: 'retry',
    facts: { reason },
  })
}

/** Whoever answers at that address cannot prove to be Deribit. */
export function untrustedSocket(reason: string): CcError {
  return new CcError(`The WebSocket was not opened: the certificate of the host is not good (${reason}).`, {
    code: 'deribit/untrusted-host',
    recovery: 'halt',
    facts: { reason },
  })
}

/** Whoever answers at that address does not speak WebSocket: a page, or a redirect, which is not followed. */
export function noUpgrade(status: number): CcError {
  return new CcError(`Something before Deribit answered the WebSocket handshake with HTTP ${status}.`, {
    code: 'deribit/gateway-error',
    recovery: 'retry',
    facts: { status },
  })
}
