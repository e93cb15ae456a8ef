import { describeVenue } from '@cc/models/testing'
import { afterEach } from 'vitest'
import { type Served, serveExchange } from './served-exchange.ts'

const served: Served[] = []
afterEach(async () => {
  for (const exchange of served.splice(0)) await exchange.stop()
})

for (const currency of ['BTC', 'ETH'] as const) {
  describeVenue(
    `of Deribit's protocol over HTTP, ${currency}`,
    async () => {
      const exchange = await serveExchange()
      served.push(exchange)
      return exchange.venue
    },
    currency,
  )
}
