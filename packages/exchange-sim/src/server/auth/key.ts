import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@cc/models'
import { namedError } from '../error-table.js'

/** How a request was signed: the parts that stand above each other in what is signed, and the result in hexadecimal. */
type Signature = { readonly timestampMs: number; readonly parts: readonly string[]; readonly hex: string }

/** The one API key of the server. It checks, and never gives its secret away. */
export type ApiKey = {
  /** @throws RpcError `invalid_credentials` */
  requireSecret(claimed: { id: string; secret: string }): void
  /**
   * Takes a signature within 60 seconds of its timestamp. Deribit calls the nonce of single usage and does not hold clients
   * to it: foreign ones sign with the millisecond as nonce, and ask the same twice in one.
   *
   * @throws RpcError `invalid_credentials` for another key, `unauthorized` for a signature that is wrong, too old or of the
   * future.
   */
  requireSignature(id: string, signature: Signature): void
}

/** How long a timestamp is good. Source: https://docs.deribit.com/articles/authentication */
const WINDOW_MS = 60_000

/**
 * A timestamp is good by the clock of the venue or, where there is one, by `wallClock`: a client that signs with the clock
 * of its machine can talk to a venue in simulated time.
 */
export function createApiKey(
  { clientId, clientSecret }: { clientId: string; clientSecret: string },
  { clock, wallClock }: { clock: Clock; wallClock?: Clock | undefined },
): ApiKey {
  function isTimely(timestampMs: number): boolean {
    return (
      Math.abs(clock.now() - timestampMs) <= WINDOW_MS ||
      (wallClock !== undefined && Math.abs(wallClock.now() - timestampMs) <= WINDOW_MS)
    )
  }

  return {
    requireSecret({ id, secret }) {
      if (!isSame(id, clientId) || !isSame(secret, clientSecret)) throw namedError('invalid_credentials')
    },
    requireSignature(id, { timestampMs, parts, hex }) {
      if (!isSame(id, clientId)) throw namedError('invalid_credentials')
      const expected = createHmac('sha256', clientSecret).update(parts.join('\n')).digest('hex')
      if (!isSame(hex, expected)) throw namedError('unauthorized', { reason: 'invalid_signature' })
      if (!isTimely(timestampMs)) throw namedError('unauthorized', { reason: 'timestamp is not within 60 seconds' })
    },
  }
}

/** Of equal length whatever is compared, so that the time it takes tells nothing. */
function isSame(claimed: string, expected: string): boolean {
  return timingSafeEqual(digestOf(claimed), digestOf(expected))
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
