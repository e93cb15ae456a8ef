import { createHash } from 'node:crypto'
import { createSyntheticMarket } from '@cc/exchange-sim'
import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'
import type { History, SyntheticRecipe } from '../history/history.js'
import { otherPricesAfter } from './other-prices.js'
import { stepTimes } from './step-times.js'

export const syntheticHistoryOptionsSchema = z
  .strictObject({
    /** The world: the same seed and start are the same prices. */
    seed: z.int().nonnegative().default(1),
    /** First and last moment that may be decided at, UTC epoch ms. */
    fromMs: z.int().positive(),
    toMs: z.int().positive(),
    /** Between two decisions, ms, on multiples of it (UTC). At least a minute. Default: an hour. */
    everyMs: z.int().min(60_000).default(3_600_000),
    currencies: z.array(currencySchema).min(1).readonly().default(CURRENCIES),
  })
  .refine(({ fromMs, toMs }) => fromMs < toMs, { path: ['toMs'], error: 'toMs must be after fromMs' })
export type SyntheticHistoryOptions = z.input<typeof syntheticHistoryOptionsSchema>

/**
 * Opens a synthetic world as a history: no price in it is real. It is shaped by what Deribit's chains showed in early 2026,
 * and made up as it is asked for. With `after` the prices of later times are others.
 *
 * @throws ZodError naming the option, when one is unknown or out of range
 */
export function openSyntheticHistory(
  options: SyntheticHistoryOptions,
  { after }: { after?: SyntheticRecipe['after'] } = {},
): History {
  const parsed = syntheticHistoryOptionsSchema.parse(options)
  const { seed, fromMs, toMs, everyMs, currencies } = parsed
  const timesMs = stepTimes({ fromMs, toMs, everyMs })
  const market = createSyntheticMarket({ seed, startMs: fromMs, currencies })
  return {
    card: {
      kind: 'synthetic',
      description: `synthetic market, seed ${seed}: no price in it is real`,
      currencies,
      fromMs: timesMs[0] ?? fromMs,
      toMs: timesMs.at(-1) ?? toMs,
      coins: currencies.map((currency) => ({ currency, snapshots: timesMs.length, rows: null })),
      gaps: [],
      checksum: createHash('sha256').update(JSON.stringify(parsed)).digest('hex'),
      badRows: { count: 0, first: [] },
      assumptions: [
        'Index, volatility, quotes and their sizes are drawn at random, shaped by the chains of January to May 2026.',
        'Premiums lie above what the index then does by about as much as they did in that time, whatever is to come.',
      ],
    },
    timesMs,
    market: after === undefined ? market : otherPricesAfter(market, after),
    chains: new Map(),
    recipe: { kind: 'synthetic', options: parsed, ...(after === undefined ? {} : { after }) },
  }
}
