import { z } from 'zod'
import { tickerFields, unreadTickerFields } from './ticker.js'
import { wireObject } from './wire-object.js'

/**
 * A whole ticker, or those of its fields that have changed since: an absent field is as it was, also inside `greeks` and
 * `stats`. https://docs.deribit.com/subscriptions/market-data/incremental_tickerinstrument_name
 */
export const incrementalTickerSchema = wireObject(
  {
    ...tickerFields,
    type: z.enum(['snapshot', 'change']),
    mark_price: z.number().nullish(),
  },
  unreadTickerFields,
)
export type WireIncrementalTicker = z.infer<typeof incrementalTickerSchema>
