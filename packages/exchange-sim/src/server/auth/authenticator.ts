import { namedError } from '../error-table.js'
import type { Params } from '../params.js'
import type { RpcError } from '../rpc-error.js'
import type { ApiKey } from './key.js'
import { KEY_RIGHTS, type Rights } from './scope.js'
import type { Occasion, TokenStore } from './token-store.js'

/** The `Authorization` header of an HTTP request, and what a signature in it covers. */
export type HttpAuthorization = {
  readonly header: string
  /** `GET` or `POST`. */
  readonly verb: string
  /** Path and query exactly as sent. */
  readonly uri: string
  /** Empty where none came. */
  readonly body: string
}

/** Finds out what a request may do. */
export type Authenticator = {
  /**
   * What its credentials are good for: those of the header, else the parameter `access_token`, else what the WebSocket
   * remembers. `null` where there are none.
   *
   * @throws RpcError `unauthorized`, `invalid_credentials`
   */
  rightsOf(request: { authorization: HttpAuthorization | undefined; params: Params }, occasion: Occasion): Rights | null
  /** The same of a call that carries no header; also `null` where its token is not good. */
  rightsOfCall(call: Occasion & { readonly params: Params }): Rights | null
}

/** An access token that is none, or no longer, or not here. */
export function invalidToken(): RpcError {
  return namedError('unauthorized', { reason: 'invalid_token' })
}

/**
 * Takes a bearer token, Basic credentials and Deribit's own signature in the header, and a token among the parameters.
 * Source: https://docs.deribit.com/articles/authentication
 */
export function createAuthenticator({ key, tokens }: { key: ApiKey; tokens: TokenStore }): Authenticator {
  function ofToken(accessToken: string, occasion: Occasion): Rights {
    const token = tokens.ofAccessToken(accessToken, occasion)
    if (token === undefined) throw invalidToken()
    return token.rights
  }

  function ofBasic(encoded: string): Rights {
    const text = Buffer.from(encoded, 'base64').toString('utf8')
    const colon = text.indexOf(':')
    key.requireSecret({ id: text.slice(0, Math.max(0, colon)), secret: text.slice(colon + 1) })
    return KEY_RIGHTS
  }

  function ofSignature(fields: string, { verb, uri, body }: HttpAuthorization): Rights {
    const { id = '', ts = '', nonce = '', sig = '' } = readFields(fields)
    // What is signed ends with a line break behind the body.
    key.requireSignature(id, { timestampMs: Number(ts), parts: [ts, nonce, verb, uri, body, ''], hex: sig })
    return KEY_RIGHTS
  }

  return {
    rightsOfCall(call) {
      const accessToken = tokenText(call.params, call)
      return (accessToken === undefined ? undefined : tokens.ofAccessToken(accessToken, call))?.rights ?? null
    },
    rightsOf({ authorization, params }, occasion) {
      if (authorization === undefined) {
        const accessToken = tokenText(params, occasion)
        return accessToken === undefined ? null : ofToken(accessToken, occasion)
      }
      const [scheme = '', ...rest] = authorization.header.split(' ')
      const credentials = rest.join(' ').trim()
      switch (scheme.toLowerCase()) {
        case 'bearer':
          return ofToken(credentials, occasion)
        case 'basic':
          return ofBasic(credentials)
        case 'deri-hmac-sha256':
          return ofSignature(credentials, authorization)
        default:
          throw invalidToken()
      }
    },
  }
}

/** The token among the parameters, else the one that the WebSocket remembers. */
function tokenText(params: Params, { connection }: Occasion): string | undefined {
  return params.optionalText('access_token') ?? connection.session?.token?.accessToken
}

/** `id=…,ts=…,sig=…,nonce=…` in any order. */
function readFields(text: string): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null)
  for (const field of text.split(',')) {
    const equals = field.indexOf('=')
    if (equals !== -1) fields[field.slice(0, equals).trim()] = field.slice(equals + 1).trim()
  }
  return fields
}
