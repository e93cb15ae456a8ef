import { z } from 'zod'
import { defineMethod } from './define-method.js'

const ok = z.enum(['ok'])
const channels = z.strictObject({ channels: z.array(z.string()).min(1) })

/** Names of the channels that are heard now, of those that were asked for: unknown ones are left out in silence. */
const accepted = z.array(z.string())

/**
 * Methods of one WebSocket. Doing twice what they do is doing it once, so they count as reads and may be repeated.
 * https://docs.deribit.com/articles/connection-management-best-practices
 */
export const setHeartbeat = defineMethod({
  name: 'public/set_heartbeat',
  /** Seconds, at least 10. */
  params: z.strictObject({ interval: z.int().min(10) }),
  result: ok,
})

/** Cancels the orders that are placed on this connection from now on when it breaks. Needs `account:read_write`. */
export const enableCancelOnDisconnect = defineMethod({
  name: 'private/enable_cancel_on_disconnect',
  params: z.strictObject({ scope: z.enum(['connection', 'account']) }),
  result: ok,
})

export const subscribePublic = defineMethod({
  name: 'public/subscribe',
  pool: 'subscribe',
  params: channels,
  result: accepted,
})

export const subscribePrivate = defineMethod({
  name: 'private/subscribe',
  pool: 'subscribe',
  params: channels,
  result: accepted,
})

export const unsubscribePublic = defineMethod({ name: 'public/unsubscribe', params: channels, result: accepted })

export const unsubscribePrivate = defineMethod({ name: 'private/unsubscribe', params: channels, result: accepted })
