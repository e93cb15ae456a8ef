import { createSystemClock } from '@cc/models/clock'
import { expect, it } from 'vitest'
import type { Call } from '../method.js'
import { createChannelRegistry } from './channel-registry.js'
import { createRecorder, modelChannel } from './model-exchange.fixture.js'

it('hears a channel whose currency the exchange writes in small letters', async () => {
  const call = (async (_method: unknown, { channels }: { channels: string[] }) => ({
    result: channels.map((name) => name.toLowerCase()),
  })) as unknown as Call
  const registry = createChannelRegistry({
    connection: { state: () => 'open', start() {}, watch: () => () => {} },
    call,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    clock: createSystemClock(),
    strict: true,
  })
  const { sink, data } = createRecorder()
  const { ready, detach } = registry.attach(modelChannel('user.portfolio.BTC'), sink)
  await ready
  registry.take('user.portfolio.btc', { whole: true, n: 1 }, 0)
  registry.take('user.portfolio.BTC', { whole: true, n: 2 }, 0)
  registry.take('user.portfolio.eth', { whole: true, n: 3 }, 0)
  expect(data()).toEqual([1, 2])
  detach()
  registry.take('user.portfolio.btc', { whole: true, n: 4 }, 0)
  expect(data()).toEqual([1, 2])
})
