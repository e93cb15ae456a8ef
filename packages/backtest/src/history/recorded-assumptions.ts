import { chainAssumptions, seriesAssumptions } from './coin-assumptions.js'
import type { CoinReading } from './recorded-coin.js'
import type { RecordedFiles } from './recorded-files.js'

/** What one must know of recorded quotes beside their sizes, a sentence each. */
export function recordedAssumptions(files: RecordedFiles, coins: readonly CoinReading[]): string[] {
  const spots = files.series.map(({ spot }) => spot.name).join(' and ')
  const withIndexes = files.chains.filter(({ indexes }) => indexes !== undefined)
  return [
    `Hourly spot bars stand in for the candles of the index (${spots}).`,
    ...(withIndexes.length === 0 ? [] : ['The index at a snapshot is the first that was recorded with it.']),
    ...(withIndexes.length === files.chains.length
      ? []
      : ['Where no index was recorded, that at a snapshot is the open of the spot bar of its hour.']),
    ...(withIndexes.some(({ currency }) => currency === 'ETH')
      ? ['Quotes of ETH were taken about two minutes after the time of their snapshot.']
      : []),
    'Deltas are computed from IV, forward and expiry: recorded ones are of later moments than the quotes.',
    ...coins.flatMap(coinAssumptions),
  ]
}

function coinAssumptions({ columns, filledBars, ...known }: CoinReading): string[] {
  return [
    ...chainAssumptions(columns),
    ...(filledBars === 0 ? [] : [`${filledBars} hourly bars of ${columns.currency} are flat: their source was down.`]),
    ...seriesAssumptions(known),
  ]
}
