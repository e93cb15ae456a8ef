import { invalidToken } from '../auth/authenticator.js'
import { type Rights, rightsOf as rightsOfScope } from '../auth/scope.js'
import { namedError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import { invalidParam } from '../rpc-error.js'
import { sessionOf } from '../socket/socket-session.js'
import { type ChannelName, isRaw, parseChannelName, scopeOfChannel } from './channel-name.js'
import type { Channels } from './channels.js'
import type { Feed } from './feed.js'

/**
 * Who hears what. Channels that nobody knows are passed over in silence: the result names those that were taken.
 * Source: https://docs.deribit.com/api-reference/subscription-management/public-subscribe
 */
export function createSubscribeMethods(parts: {
  channels: Channels
  /** `undefined` for a channel of what is not listed here. */
  feedOf(channel: ChannelName): (() => Feed) | undefined
  rightsOf(call: MethodCall): Rights | null
  /** Hears that channels may have been opened or closed. */
  attend(): void
}): readonly Method[] {
  const { channels, feedOf, rightsOf, attend } = parts

  function subscribePublic(call: MethodCall): readonly string[] {
    const wishes = readWishes(call).filter(({ channel }) => scopeOfChannel(channel) === null)
    if (wishes.some(({ channel }) => isRaw(channel)) && rightsOf(call) === null) {
      throw namedError('raw_subscriptions_not_available_for_unauthorized')
    }
    return join(call, wishes, null)
  }

  /** It takes public channels too. */
  function subscribePrivate(call: MethodCall): readonly string[] {
    const rights = rightsOf(call)
    if (rights === null) throw invalidToken()
    const label = readLabel(call)
    const wishes = readWishes(call)
    for (const { channel } of wishes) {
      const scope = scopeOfChannel(channel)
      if (scope === null) continue
      const needed = rightsOfScope(scope)
      if ((rights & needed) !== needed) throw namedError('forbidden', { reason: `needs ${scope}` })
    }
    return join(call, wishes, label)
  }

  function join(call: MethodCall, wishes: readonly Wish[], label: string | null): readonly string[] {
    const { connection } = call
    sessionOf(connection)
    const taken: string[] = []
    for (const { name, channel } of wishes) {
      const feed = feedOf(channel)
      if (feed === undefined) continue
      channels.join(connection, { name, label: scopeOfChannel(channel) === null ? null : label, feed })
      taken.push(name)
    }
    attend()
    return taken
  }

  function unsubscribe(call: MethodCall): readonly string[] {
    const { connection } = call
    sessionOf(connection)
    const left = readNames(call).filter((name) => channels.leave(connection, name))
    attend()
    return left
  }

  function unsubscribeAll(call: MethodCall): 'ok' {
    sessionOf(call.connection)
    channels.leaveAll(call.connection)
    attend()
    return 'ok'
  }

  function known<Result>(handle: (call: MethodCall) => Result): (call: MethodCall) => Result {
    return (call) => {
      if (rightsOf(call) === null) throw invalidToken()
      return handle(call)
    }
  }

  // What a token needs is a question of the channel, so that no method has a scope of its own.
  return [
    { name: 'public/subscribe', pool: 'subscribe', scope: null, handle: subscribePublic },
    { name: 'private/subscribe', pool: 'subscribe', scope: null, handle: subscribePrivate },
    { name: 'public/unsubscribe', pool: 'non-matching', scope: null, handle: unsubscribe },
    { name: 'private/unsubscribe', pool: 'non-matching', scope: null, handle: known(unsubscribe) },
    { name: 'public/unsubscribe_all', pool: 'non-matching', scope: null, handle: unsubscribeAll },
    { name: 'private/unsubscribe_all', pool: 'non-matching', scope: null, handle: known(unsubscribeAll) },
  ]
}

type Wish = { readonly name: string; readonly channel: ChannelName }

function readWishes(call: MethodCall): readonly Wish[] {
  return readNames(call).flatMap((name) => {
    const channel = parseChannelName(name)
    return channel === undefined ? [] : [{ name, channel }]
  })
}

/** Each once, in the order in which they came. */
function readNames({ params }: MethodCall): readonly string[] {
  return [...new Set(params.texts('channels'))]
}

function readLabel({ params }: MethodCall): string | null {
  const label = params.optionalText('label')
  if (label !== undefined && label.length > MAX_LABEL)
    throw invalidParam('label', `value must be <= ${MAX_LABEL} characters`)
  return label ?? null
}

const MAX_LABEL = 16
