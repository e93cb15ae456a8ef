import { invalidToken } from '../auth/authenticator.js'
import type { TokenStore } from '../auth/token-store.js'
import type { Method, MethodCall } from '../method.js'
import { invalidParam } from '../rpc-error.js'
import { API_VERSION } from '../system-methods.js'
import { sessionOf } from './socket-session.js'

/** What new connections begin with. Deribit keeps it for the account. */
export type AccountSwitches = { cancelOnDisconnect: boolean }

/** Seconds. Source: https://docs.deribit.com/api-reference/session-management/public-set_heartbeat */
const SHORTEST_INTERVAL_SEC = 10
const LONGEST_INTERVAL_SEC = 86_400

/** Methods on the connection itself. Source: https://docs.deribit.com/api-reference/session-management/public-hello */
export function createSessionMethods(parts: { tokens: TokenStore; switches: AccountSwitches }): readonly Method[] {
  const { tokens, switches } = parts

  /** Where the switch is that a request means. */
  function switchOf(call: MethodCall): { scope: 'connection' | 'account'; holder: AccountSwitches } {
    const scope = call.params.optionalOneOf('scope', ['connection', 'account']) ?? 'connection'
    return { scope, holder: scope === 'account' ? switches : sessionOf(call.connection) }
  }

  function switchTo(isOn: boolean, call: MethodCall): 'ok' {
    const { scope, holder } = switchOf(call)
    holder.cancelOnDisconnect = isOn
    // Who switches it on again binds what comes after that.
    if (!isOn && scope === 'connection') sessionOf(call.connection).boundOrders.clear()
    return 'ok'
  }

  /** Any token will do, so there is no scope that could be asked for. */
  function logout(call: MethodCall): void {
    const session = sessionOf(call.connection)
    const accessToken = call.params.optionalText('access_token') ?? session.token?.accessToken
    const token = accessToken === undefined ? undefined : tokens.ofAccessToken(accessToken, call)
    if (token === undefined) throw invalidToken()
    if (call.params.truth('invalidate_token', true)) tokens.revokeSession(token)
    session.logout()
  }

  return [
    {
      name: 'public/hello',
      pool: 'non-matching',
      scope: null,
      handle(call) {
        sessionOf(call.connection)
        call.params.text('client_name')
        call.params.text('client_version')
        return { version: API_VERSION }
      },
    },
    { name: 'public/set_heartbeat', pool: 'non-matching', scope: null, handle: setHeartbeat },
    {
      name: 'public/disable_heartbeat',
      pool: 'non-matching',
      scope: null,
      handle(call) {
        sessionOf(call.connection).setHeartbeat(null)
        return 'ok'
      },
    },
    {
      name: 'private/enable_cancel_on_disconnect',
      pool: 'non-matching',
      scope: 'account:read_write',
      handle: (call) => switchTo(true, call),
    },
    {
      name: 'private/disable_cancel_on_disconnect',
      pool: 'non-matching',
      scope: 'account:read_write',
      handle: (call) => switchTo(false, call),
    },
    {
      name: 'private/get_cancel_on_disconnect',
      pool: 'non-matching',
      scope: 'account:read',
      handle(call) {
        const { scope, holder } = switchOf(call)
        return { scope, enabled: holder.cancelOnDisconnect }
      },
    },
    { name: 'private/logout', pool: null, scope: null, handle: logout },
  ]
}

function setHeartbeat(call: MethodCall): 'ok' {
  const session = sessionOf(call.connection)
  const intervalSec = call.params.number('interval')
  if (intervalSec < SHORTEST_INTERVAL_SEC) throw invalidParam('interval', `value must be >= ${SHORTEST_INTERVAL_SEC}`)
  if (intervalSec > LONGEST_INTERVAL_SEC) throw invalidParam('interval', `value must be <= ${LONGEST_INTERVAL_SEC}`)
  session.setHeartbeat(intervalSec)
  return 'ok'
}
