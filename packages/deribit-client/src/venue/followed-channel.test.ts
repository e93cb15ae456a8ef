import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { ChannelRegistry, ChannelSink } from '../streams/channel.js'
import { channels } from '../streams/channels.js'
import { createDeferred, type Deferred } from '../streams/deferred.js'
import { followChannel } from './followed-channel.js'

/** A followed channel, and what its exchange does. */
function following() {
  const attached: { sink: ChannelSink<never>; ready: Deferred<void>; isLeft: boolean }[] = []
  const attach: ChannelRegistry['attach'] = (_channel, sink) => {
    const own = { sink: sink as ChannelSink<never>, ready: createDeferred(), isLeft: false }
    own.ready.promise.catch(() => {})
    attached.push(own)
    const detach = () => {
      own.isLeft = true
    }
    return { ready: own.ready.promise, resync() {}, detach }
  }
  const world = { nowMs: 0, voids: 0 }
  const onVoid = () => {
    world.voids += 1
  }
  const channel = channels.platformState()
  const followed = followChannel(attach, { channel, onData() {}, onVoid }, () => world.nowMs)
  return {
    followed,
    world,
    attached,
    last: () => attached.at(-1) as (typeof attached)[number],
    async accept() {
      const own = attached.at(-1)
      if (own?.isLeft === false) own.sink.onBegin?.(1)
      own?.ready.resolve()
      await followed.settled
    },
  }
}

const refused = new CcError('Not served.', { code: 'deribit/channels-refused', recovery: 'skip' })

describe('a followed channel', () => {
  it('is live from when it begins, but not over a loss: each makes void what was asked for before', async () => {
    const { followed, world, last, accept } = following()
    expect(followed.isLive()).toBe(false)
    await accept()
    expect([followed.isLive(), world.voids]).toEqual([true, 1])
    last().sink.onPause?.()
    expect([followed.isLive(), world.voids]).toEqual([false, 2])
    last().sink.onBegin?.(2)
    expect([followed.isLive(), world.voids]).toEqual([true, 3])
    last().sink.onUnreadable?.(new Error('unreadable'))
    expect([followed.isLive(), world.voids]).toEqual([true, 4])
  })

  it('is tried again a minute after somebody missed it, and then as often', async () => {
    const { followed, world, attached, last, accept } = following()
    last().sink.onEnd(refused)
    last().ready.reject(refused)
    await followed.settled
    expect(world.voids).toBe(1)
    world.nowMs = 1_000_000
    expect(followed.isLive()).toBe(false)
    world.nowMs += 59_999
    expect([followed.isLive(), attached.length]).toEqual([false, 1])
    world.nowMs += 1
    expect([followed.isLive(), attached.length, attached[0]?.isLeft]).toEqual([false, 2, true])
    await accept()
    await Promise.resolve()
    expect(followed.isLive()).toBe(true)
    last().sink.onEnd(refused)
    expect(followed.isLive()).toBe(false)
    world.nowMs += 60_000
    followed.isLive()
    expect(attached).toHaveLength(3)
  })

  it('is left when it is closed, and is not live then whatever comes', async () => {
    const { followed, world, attached, last, accept } = following()
    followed.close()
    await accept()
    world.nowMs += 1_000_000
    expect([followed.isLive(), world.voids, attached.length, last().isLeft]).toEqual([false, 1, 1, true])
  })
})
