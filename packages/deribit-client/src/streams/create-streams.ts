import type { ChannelRegistry } from './channel.js'
import type { Streams } from './streams.js'
import { createSubscription } from './subscription.js'

/** What a client hears without asking, of what its registry takes. */
export function createStreams({ attach }: ChannelRegistry): Streams {
  return {
    attach,
    subscribe: (channels, options) => createSubscription({ attach }, channels, options),
  }
}
