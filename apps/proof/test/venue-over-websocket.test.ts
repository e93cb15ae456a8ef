import { createDeribitVenue } from '@cc/deribit-client'
import { describeVenue } from '@cc/models/testing'
import { afterEach } from 'vitest'
import { type Served, serveExchange, socketClientOf } from './served-exchange.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

for (const currency of ['BTC', 'ETH'] as const) {
  describeVenue(
    `of Deribit's protocol over WebSocket, ${currency}`,
    async () => {
      const exchange: Served = await serveExchange()
      ends.push(exchange.stop)
      const client = socketClientOf(exchange.server)
      ends.push(client.close)
      await client.open()
      return createDeribitVenue(client)
    },
    currency,
  )
}
