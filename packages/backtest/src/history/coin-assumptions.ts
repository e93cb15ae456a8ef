import type { BarColumns, ChainColumns } from './chain-columns.js'
import type { SeriesReading } from './coin-series.js'

/** What is assumed of the sizes, in a sentence. */
export function sizeAssumption(sizes: 'assumed' | 'recorded'): string {
  return sizes === 'recorded'
    ? 'Sizes are recorded: an order finds as much as the best quote had, and no deeper level.'
    : 'Sizes are assumed: an order finds all that it asks for at the best quote.'
}

/** What one must know of the quotes of a coin, a sentence each. */
export function chainAssumptions({ currency, bidCoin, askCoin, markCoin, iv }: ChainColumns): string[] {
  let crossed = 0
  let unmarked = 0
  let unlisted = 0
  for (let row = 0; row < iv.length; row++) {
    if ((bidCoin[row] as number) > (askCoin[row] as number)) crossed += 1
    const hasIv = (iv[row] as number) > 0
    if (Number.isNaN(markCoin[row]) && hasIv) unmarked += 1
    if (!hasIv && !((markCoin[row] as number) > 0)) unlisted += 1
  }
  return [
    ...when(
      unmarked,
      `Quotes of ${currency} without a recorded mark have Black-76 of their IV and forward in its place.`,
    ),
    ...when(
      unlisted,
      `${unlisted} quotes of ${currency} have neither an IV nor a mark to tell it from, and are not listed.`,
    ),
    ...when(crossed, `${crossed} quotes of ${currency} have a bid above the ask; they stand as recorded.`),
  ]
}

/** What one must know of the bars and delivery prices of a coin, a sentence each. */
export function seriesAssumptions({ series, toMs, stoodIn, undelivered }: SeriesReading): string[] {
  const { currency, candles, dvol, deliveryUsd } = series
  return [
    ...(candles.openMs.length === 0
      ? [`There are no candles of ${currency}: its realised volatility is not known.`]
      : holes(`candles of ${currency}`, candles, toMs)),
    ...(dvol === undefined
      ? [`There is no volatility index of ${currency}.`]
      : holes(`bars of the volatility index of ${currency}`, dvol, toMs)),
    ...(dvol !== undefined && dvol.resolutionMs > HOUR_MS
      ? [`The volatility index of ${currency} has daily bars alone, each known when its day is over.`]
      : []),
    ...when(
      stoodIn,
      `${stoodIn} of ${deliveryUsd.size} delivery prices of ${currency} are the open of the bar at the expiry, for the average of the half hour before.`,
    ),
    ...when(undelivered, `${undelivered} expiries of ${currency} have no delivery price.`),
  ]
}

const HOUR_MS = 3_600_000

function when(count: number, sentence: string): string[] {
  return count === 0 ? [] : [sentence]
}

/** How many bars are missing between the first and the last one, and whether they end before the span does. */
function holes(name: string, { openMs, resolutionMs }: BarColumns, toMs: number): string[] {
  const [firstMs = 0] = openMs
  const endMs = (openMs.at(-1) ?? firstMs) + resolutionMs
  const missing = Math.round((endMs - firstMs) / resolutionMs) - openMs.length
  return [
    ...when(missing, `${missing} ${name} are missing.`),
    ...(toMs - endMs < 2 * resolutionMs
      ? []
      : [`The ${name} end at ${new Date(endMs).toISOString()}, before the span.`]),
  ]
}
