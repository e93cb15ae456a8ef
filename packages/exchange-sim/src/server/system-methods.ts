import { namedError } from './error-table.js'
import type { Method } from './method.js'

/** Version that Deribit's documents show. Source: https://docs.deribit.com/api-reference/supporting/public-test */
export const API_VERSION = '1.2.26'

/** Methods on the platform itself. Source: https://docs.deribit.com/api-reference/supporting/public-get_time */
export const SYSTEM_METHODS: readonly Method[] = [
  { name: 'public/get_time', pool: 'non-matching', scope: null, handle: ({ nowMs }) => nowMs },
  {
    name: 'public/test',
    pool: 'non-matching',
    scope: null,
    handle({ params, connection }) {
      connection.session?.answerTestRequest()
      if (params.optionalOneOf('expected_result', ['exception']) !== undefined) throw namedError('error')
      return { version: API_VERSION }
    },
  },
  // Nothing is ever locked here; `locked` is text on the wire.
  { name: 'public/status', pool: 'non-matching', scope: null, handle: () => ({ locked: 'false' }) },
]

/**
 * Methods of a session, which HTTP does not have: there they are answered with `must_be_websocket_request`.
 * Source: https://docs.deribit.com/api-reference/session-management/public-set_heartbeat
 */
export const WEBSOCKET_ONLY: ReadonlySet<string> = new Set([
  'public/hello',
  'public/set_heartbeat',
  'public/disable_heartbeat',
  'public/subscribe',
  'public/unsubscribe',
  'public/unsubscribe_all',
  'private/subscribe',
  'private/unsubscribe',
  'private/unsubscribe_all',
  'private/enable_cancel_on_disconnect',
  'private/disable_cancel_on_disconnect',
  'private/get_cancel_on_disconnect',
  'private/logout',
])
