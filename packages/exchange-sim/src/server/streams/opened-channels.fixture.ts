import { expect } from 'vitest'
import { START_MS } from '../../exchange/exchange.fixture.js'
import { createExchange } from '../../exchange/exchange.js'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { callerOf } from '../methods/method-call.fixture.js'
import { hubOver } from './stream-hub.fixture.js'

export const MINUTE_MS = 60_000
const market = createSyntheticMarket({ seed: 5, startMs: START_MS })

/** A market of a living kind at 07:45, and one who hears these channels of it; `OPTION` stands for one of its options. */
export function opened(...channels: string[]) {
  const exchange = createExchange({ market, currencies: ['BTC', 'ETH'], depositsCoin: { BTC: 2 } })
  exchange.advanceTo(START_MS + 465 * MINUTE_MS)
  const stage = hubOver(exchange)
  const listener = stage.connect()
  const option = exchange.instruments('BTC')[40]?.symbol ?? ''
  expect(stage.subscribe(listener, ...channels.map((each) => each.replace('OPTION', option)))).toHaveLength(
    channels.length,
  )
  return { ...stage, ...callerOf(exchange), exchange, option, listener }
}
