import { createHmac } from 'node:crypto'
import type { Connection } from '../method.js'
import { grantedScope, type Rights, type ScopeWish } from './scope.js'

/** A named session. Its tokens are good on any connection. */
type Session = { readonly name: string; readonly sid: string; readonly tokens: Set<Token> }

/** A pair of tokens, and what it is good for. */
export type Token = {
  readonly accessToken: string
  /** Lives until it is used, longer than the access token. */
  readonly refreshToken: string
  readonly rights: Rights
  readonly scope: string
  readonly lifeSec: number
  /** Venue time from which the access token is worth nothing. */
  readonly expiresMs: number
  readonly session: Session | null
  /** The only connection on which it is good; `null`: on any. */
  readonly connectionId: number | null
  /** The WebSocket that it ends with; `null`: it outlives its connection. */
  readonly socketId: number | null
}

/** On which connection, and when, in venue time. */
export type Occasion = { readonly connection: Connection; readonly nowMs: number }

/** The tokens that were given out and still live. */
export type TokenStore = {
  issue(wish: ScopeWish, occasion: Occasion): Token
  revoke(token: Token): void
  /** The token, and where it is of a session all tokens of that. */
  revokeSession(token: Token): void
  /** Every token that there is. */
  revokeAll(): void
  /** A WebSocket has ended, and with it the tokens that were made on it and are of no session. */
  endConnection(connection: Connection): void
  /** `undefined` for what is unknown, has expired or belongs to another connection. */
  ofAccessToken(accessToken: string, occasion: Occasion): Token | undefined
  /** `undefined` for what is unknown, was used or belongs to another connection. */
  ofRefreshToken(refreshToken: string, connection: Connection): Token | undefined
}

/** Sessions of one key; one more ends the oldest. Source: https://docs.deribit.com/articles/access-scope */
const MAX_SESSIONS = 16

/** Pairs in all; one more ends the oldest, so that a client that only ever authenticates fills no memory. */
const MAX_TOKENS = 10_000

/**
 * Keeps tokens. They are made of the secret and a counter, so that no chance is needed and nobody without the secret can
 * guess one. With `bindTokens` a token without a session is good on the connection that it was made on, and on no other.
 * One that was made on a WebSocket ends with it in any case.
 */
export function createTokenStore({
  secret,
  lifeSec,
  bindTokens,
}: {
  secret: string
  lifeSec: number
  bindTokens: boolean
}): TokenStore {
  const byAccess = new Map<string, Token>()
  const byRefresh = new Map<string, Token>()
  const sessions = new Map<string, Session>()
  const bySocket = new Map<number, Set<Token>>()
  let made = 0

  function secretText(kind: string): string {
    return createHmac('sha256', secret).update(`${kind}\n${made}`).digest('base64url')
  }

  function sessionNamed(name: string): Session {
    const known = sessions.get(name)
    if (known !== undefined) return known
    const [oldest] = sessions.values()
    if (oldest !== undefined && sessions.size >= MAX_SESSIONS) endSession(oldest)
    const session: Session = { name, sid: `${name}.${secretText('session').slice(0, 12)}`, tokens: new Set() }
    sessions.set(name, session)
    return session
  }

  function endSession(session: Session): void {
    sessions.delete(session.name)
    for (const token of session.tokens) revoke(token)
  }

  function revoke(token: Token): void {
    byAccess.delete(token.accessToken)
    byRefresh.delete(token.refreshToken)
    token.session?.tokens.delete(token)
    const ofSocket = token.socketId === null ? undefined : bySocket.get(token.socketId)
    if (ofSocket?.delete(token) && ofSocket.size === 0 && token.socketId !== null) bySocket.delete(token.socketId)
  }

  /** Notes which socket a token ends with. */
  function tie(token: Token, socketId: number): void {
    const ofSocket = bySocket.get(socketId) ?? new Set()
    bySocket.set(socketId, ofSocket.add(token))
  }

  function isGoodOn({ id }: Connection, { connectionId }: Token): boolean {
    return connectionId === null || connectionId === id
  }

  return {
    revoke,
    revokeSession(token) {
      if (token.session === null) revoke(token)
      else endSession(token.session)
    },
    revokeAll() {
      for (const token of byRefresh.values()) revoke(token)
      sessions.clear()
    },
    endConnection({ id }) {
      for (const token of bySocket.get(id) ?? []) revoke(token)
    },
    issue({ rights, sessionName, expiresSec }, { connection, nowMs }) {
      made += 1
      const session = sessionName === null ? null : sessionNamed(sessionName)
      const token: Token = {
        accessToken: `${nowMs}.${secretText('access')}`,
        refreshToken: `${nowMs}.${secretText('refresh')}`,
        rights,
        scope: grantedScope(rights, sessionName),
        lifeSec: expiresSec ?? lifeSec,
        expiresMs: nowMs + (expiresSec ?? lifeSec) * 1_000,
        session,
        connectionId: bindTokens && session === null ? connection.id : null,
        socketId: connection.session !== undefined && session === null ? connection.id : null,
      }
      const [oldest] = byRefresh.values()
      if (oldest !== undefined && byRefresh.size >= MAX_TOKENS) revoke(oldest)
      byAccess.set(token.accessToken, token)
      byRefresh.set(token.refreshToken, token)
      session?.tokens.add(token)
      if (token.socketId !== null) tie(token, token.socketId)
      return token
    },
    ofAccessToken(accessToken, { connection, nowMs }) {
      const token = byAccess.get(accessToken)
      if (token === undefined || !isGoodOn(connection, token)) return undefined
      return nowMs < token.expiresMs ? token : undefined
    },
    ofRefreshToken(refreshToken, connection) {
      const token = byRefresh.get(refreshToken)
      return token !== undefined && isGoodOn(connection, token) ? token : undefined
    },
  }
}
