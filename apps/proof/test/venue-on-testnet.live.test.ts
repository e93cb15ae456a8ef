import { createDeribitClient, createDeribitVenue, type DeribitClient } from '@cc/deribit-client'
import { createSystemClock } from '@cc/models/clock'
import { describeVenue } from '@cc/models/testing'
import { afterAll, it } from 'vitest'

/*
 * The venue suite on Deribit's testnet: with a key of an account that holds test coins, it sells and buys back a few of the
 * smallest orders. Run it on purpose:
 *
 * DERIBIT_LIVE=1 DERIBIT_CLIENT_ID=… DERIBIT_CLIENT_SECRET=… pnpm --filter @cc/proof exec vitest run live
 */
const { DERIBIT_LIVE, DERIBIT_CLIENT_ID: clientId, DERIBIT_CLIENT_SECRET: clientSecret } = process.env

if (DERIBIT_LIVE === '1' && clientId !== undefined && clientSecret !== undefined) {
  let client: DeribitClient | undefined
  afterAll(() => client?.close())
  describeVenue("on Deribit's testnet", async () => {
    client ??= createDeribitClient({}, { clock: createSystemClock(), credentials: () => ({ clientId, clientSecret }) })
    await client.open()
    return createDeribitVenue(client)
  })
} else {
  it.skip('runs on the testnet with DERIBIT_LIVE=1 and a key')
}
