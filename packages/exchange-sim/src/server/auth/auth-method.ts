import type { Method, MethodCall } from '../method.js'
import { invalidToken } from './authenticator.js'
import type { ApiKey } from './key.js'
import { KEY_RIGHTS, readScopeWish } from './scope.js'
import type { Token, TokenStore } from './token-store.js'

/** `public/auth`. Source: https://docs.deribit.com/api-reference/authentication/public-auth */
export function createAuthMethod({ key, tokens }: { key: ApiKey; tokens: TokenStore }): Method {
  function issue(call: MethodCall): Token {
    return tokens.issue(readScopeWish(call.params.optionalText('scope'), KEY_RIGHTS), call)
  }

  function byCredentials(call: MethodCall): Token {
    const { params } = call
    key.requireSecret({ id: params.text('client_id'), secret: params.text('client_secret') })
    return issue(call)
  }

  function bySignature(call: MethodCall): Token {
    const { params } = call
    const timestampMs = params.integer('timestamp')
    const parts = [String(timestampMs), params.optionalText('nonce') ?? '', params.optionalText('data') ?? '']
    key.requireSignature(params.text('client_id'), { timestampMs, parts, hex: params.text('signature') })
    return issue(call)
  }

  /** The new pair has no more rights than the old one, and the same session and life where none is asked for. */
  function byRefresh(call: MethodCall): Token {
    const old = tokens.ofRefreshToken(call.params.text('refresh_token'), call.connection)
    if (old === undefined) throw invalidToken()
    const wish = readScopeWish(call.params.optionalText('scope'), old.rights)
    tokens.revoke(old)
    return tokens.issue(
      {
        rights: wish.rights,
        sessionName: wish.sessionName ?? old.session?.name ?? null,
        expiresSec: wish.expiresSec ?? old.lifeSec,
      },
      call,
    )
  }

  const grants = { client_credentials: byCredentials, client_signature: bySignature, refresh_token: byRefresh }
  const grantTypes = Object.keys(grants) as (keyof typeof grants)[]

  return {
    name: 'public/auth',
    pool: 'non-matching',
    scope: null,
    handle(call) {
      const state = call.params.optionalText('state')
      const token = grants[call.params.oneOf('grant_type', grantTypes)](call)
      const { session } = call.connection
      if (session !== undefined) session.token = token
      return {
        access_token: token.accessToken,
        enabled_features: [],
        expires_in: token.lifeSec,
        refresh_token: token.refreshToken,
        scope: token.scope,
        ...(token.session === null ? {} : { sid: token.session.sid }),
        ...(state === undefined ? {} : { state }),
        token_type: 'bearer',
      }
    },
  }
}
