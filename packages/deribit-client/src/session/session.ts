import { CcError, type Clock, type Logger } from '@cc/models'
import { abortable } from '../deadline.js'
import { isUnreadableReply } from '../errors.js'
import type { ApiMethod } from '../method.js'
import { auth } from '../methods/platform.js'
import type { WireAuth } from '../wire/platform.js'
import { type CredentialSource, readCredentials, signatureOf } from './credentials.js'
import { checkScopes, scopesOf } from './scopes.js'
import type { Secrets } from './secrets.js'

/** The right to call private methods, kept alive. Its tokens are nowhere but in here and on the wire. */
export type Session = {
  /**
   * A token that is good now: signs in, or renews it, if need be. Whoever asks meanwhile waits for the same.
   *
   * @throws CcError of the sign-in; the signal's reason when aborted, and the sign-in goes on
   */
  token(signal: AbortSignal): Promise<string>
  /**
   * Signs in on the present connection, which has to know who speaks: renews the token though it is good.
   *
   * @throws like `token`
   */
  signOn(signal: AbortSignal): Promise<void>
  /** When the token should be renewed, on the client's clock; `undefined` where there is none. */
  renewAtMs(): number | undefined
  /** The exchange refused this token: the next call signs in anew. */
  refuse(token: string): void
  /** What was granted. Empty before the first sign-in. */
  scopes(): readonly string[]
}

export type SessionOptions = {
  readonly auth: 'client_credentials' | 'client_signature'
  readonly scope: string
}

export type SessionDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly secrets: Secrets
  readonly credentials: CredentialSource
  /** Sends a grant, like any read. Rejects with what went wrong. */
  readonly ask: (method: typeof auth, params: AuthParams) => Promise<WireAuth>
  /** Venue time, asked for if it is not known. */
  readonly serverTimeMs: () => Promise<number>
}

type AuthParams = typeof auth extends ApiMethod<infer Params, unknown> ? Params : never

type Tokens = { access: string; refresh: string; renewAtMs: number }

/** Sign-ins that were refused, or whose token was. What was not answered, or in no readable way, is not among them. */
const MAX_REFUSALS = 3
const REFUSAL_WINDOW_MS = 600_000

/** Share of a token's life after which it is renewed. */
const RENEW_AT = 0.8

/** A session that begins with the first token that is asked for. */
export function createSession(options: SessionOptions, deps: SessionDeps): Session {
  const { clock, logger, secrets } = deps
  let tokens: Tokens | undefined
  let granted: readonly string[] = []
  let renewal: Promise<Tokens> | undefined
  let refusals: number[] = []
  let nonces = 0
  let sessionName: string | undefined

  function renew(): Promise<Tokens> {
    renewal ??= refreshOrSignIn().finally(() => {
      renewal = undefined
    })
    return renewal
  }

  async function refreshOrSignIn(): Promise<Tokens> {
    if (tokens !== undefined) {
      try {
        return await grant({ grant_type: 'refresh_token', refresh_token: tokens.refresh })
      } catch (error) {
        if (!CcError.isInstance(error) || (error.recovery === 'halt' && !isOfRefreshToken(error))) throw error
        logger.info('the token could not be renewed: signing in anew', { code: error.code })
        tokens = undefined
      }
    }
    return signIn()
  }

  async function signIn(): Promise<Tokens> {
    refusals = refusals.filter((atMs) => clock.now() - atMs < REFUSAL_WINDOW_MS)
    if (refusals.length >= MAX_REFUSALS) throw authLoop()
    const { clientId, clientSecret } = await readCredentials(deps.credentials)
    secrets.keep(clientId)
    secrets.keep(clientSecret)
    const scope = askedScope()
    const params =
      options.auth === 'client_signature'
        ? { ...(await signed(clientId, clientSecret)), scope }
        : { grant_type: 'client_credentials' as const, client_id: clientId, client_secret: clientSecret, scope }
    try {
      return await grant(params)
    } catch (error) {
      if (isRefusal(error)) refusals.push(clock.now())
      throw error
    }
  }

  async function signed(clientId: string, clientSecret: string) {
    const timestampMs = await deps.serverTimeMs()
    nonces += 1
    const nonce = `${timestampMs.toString(36)}${nonces.toString(36)}`
    const signature = signatureOf(clientSecret, { timestampMs, nonce })
    secrets.keep(signature)
    return {
      grant_type: 'client_signature' as const,
      client_id: clientId,
      timestamp: timestampMs,
      nonce,
      data: '',
      signature,
    }
  }

  /**
   * A token without a session is good on the connection that it was got on only, and HTTP has many.
   * https://docs.deribit.com/articles/connection-management-best-practices
   */
  function askedScope(): string {
    if (/(^|\s)(session|connection)\b/.test(options.scope)) return options.scope
    sessionName ??= `cc-${clock.now().toString(36)}`
    return `${options.scope} session:${sessionName}`
  }

  async function grant(params: AuthParams): Promise<Tokens> {
    const reply = await deps.ask(auth, params)
    secrets.keep(reply.access_token)
    secrets.keep(reply.refresh_token)
    const scopes = scopesOf(reply.scope)
    checkScopes(scopesOf(options.scope), scopes)
    granted = scopes
    tokens = {
      access: reply.access_token,
      refresh: reply.refresh_token,
      renewAtMs: clock.now() + Math.max(0, reply.expires_in) * 1_000 * RENEW_AT,
    }
    return tokens
  }

  return {
    async token(signal) {
      if (tokens !== undefined && clock.now() < tokens.renewAtMs) return tokens.access
      return (await abortable(renew(), signal)).access
    },
    async signOn(signal) {
      await abortable(renew(), signal)
    },
    renewAtMs: () => tokens?.renewAtMs,
    refuse(token) {
      if (tokens?.access !== token) return
      tokens = undefined
      refusals.push(clock.now())
    },
    scopes: () => granted,
  }
}

/** A renewal sends no credentials: those that were refused are the refresh token, which a sign-in does not need. */
function isOfRefreshToken({ code }: CcError): boolean {
  return code === 'deribit/invalid-credentials'
}

/** A network that fails or damages is no reason to stop signing in, nor is an exchange that is late; one that refuses is. */
function isRefusal(error: unknown): boolean {
  if (!CcError.isInstance(error) || error.code === 'deribit/unauthorized') return true
  return error.recovery !== 'retry' && error.code !== 'deribit/timed-out' && !isUnreadableReply(error)
}

function authLoop(): CcError {
  return new CcError(
    `The exchange refused ${MAX_REFUSALS} sign-ins, or what they had granted, within ${REFUSAL_WINDOW_MS / 60_000} minutes.`,
    { code: 'deribit/auth-loop', recovery: 'halt', facts: { signIns: MAX_REFUSALS, windowMs: REFUSAL_WINDOW_MS } },
  )
}
