import type { Currency } from '@cc/models'
import type { Attachment, Channel, ChannelRegistry } from '../streams/channel.js'
import type { WirePriceIndex } from '../wire/price-notifications.js'
import type { ToldIndex } from './quote-proof.js'

/** The indices, kept from their channels. */
export type KeptIndices = {
  /** `undefined` until the channel has told it. It is true of its time whatever has become of the channel. */
  get(currency: Currency): ToldIndex | undefined
  close(): void
}

/** Keeps what each index is, and for how long it has been that. */
export function createKeptIndices(
  attach: ChannelRegistry['attach'],
  channels: ReadonlyMap<Currency, Channel<WirePriceIndex>>,
  onTold: () => void,
): KeptIndices {
  const told = new Map<Currency, ToldIndex>()
  const attached: Attachment[] = []

  for (const [currency, channel] of channels) {
    /** The channel has begun anew, and its times with it. */
    let beginsAnew = true
    /** No notification can have been missed since the last. */
    let isUnbroken = false
    const breakOff = () => {
      isUnbroken = false
    }
    const attachment = attach(channel, {
      onData({ price, timestamp }) {
        const before = told.get(currency)
        if (!(price > 0)) return breakOff()
        if (!beginsAnew && before !== undefined && timestamp < before.timestampMs) return
        beginsAnew = false
        const sinceMs = isUnbroken && before?.indexUsd === price ? before.sinceMs : timestamp
        isUnbroken = true
        told.set(currency, { indexUsd: price, timestampMs: timestamp, sinceMs })
        onTold()
      },
      onBegin() {
        breakOff()
        beginsAnew = true
      },
      onPause: breakOff,
      onUnreadable: breakOff,
      onEnd: breakOff,
    })
    // What it rejects with, `onEnd` is told.
    attachment.ready.catch(() => {})
    attached.push(attachment)
  }

  return {
    get: (currency) => told.get(currency),
    close() {
      for (const attachment of attached) attachment.detach()
      told.clear()
    },
  }
}
