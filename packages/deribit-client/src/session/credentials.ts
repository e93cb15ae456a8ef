import { createHmac } from 'node:crypto'
import { CcError } from '@cc/models'

/** An API key of the testnet. */
export type Credentials = { readonly clientId: string; readonly clientSecret: string }

/** Where credentials come from, each time that they are needed. */
export type CredentialSource = () => Credentials | Promise<Credentials>

/**
 * Reads credentials and looks whether they can be any.
 *
 * @throws CcError `deribit/no-credentials`, without what the source threw: that may hold them
 */
export async function readCredentials(source: CredentialSource): Promise<Credentials> {
  let credentials: Partial<Credentials> | undefined
  try {
    credentials = await source()
  } catch (error) {
    if (CcError.isInstance(error)) throw error
    throw noCredentials('could not be read')
  }
  const { clientId, clientSecret } = credentials ?? {}
  if (!isKey(clientId)) throw noCredentials('have no clientId, or one with spaces')
  if (!isKey(clientSecret)) throw noCredentials('have no clientSecret, or one with spaces')
  return { clientId, clientSecret }
}

/**
 * Proves a secret without sending it: hex(HMAC-SHA256(secret, `timestamp\nnonce\ndata`)), with no data.
 *
 * https://docs.deribit.com/articles/authentication
 */
export function signatureOf(secret: string, { timestampMs, nonce }: { timestampMs: number; nonce: string }): string {
  return createHmac('sha256', secret).update(`${timestampMs}\n${nonce}\n`).digest('hex')
}

function isKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

function noCredentials(problem: string): CcError {
  return new CcError(`The credentials ${problem}.`, {
    code: 'deribit/no-credentials',
    recovery: 'halt',
    facts: { problem },
  })
}
