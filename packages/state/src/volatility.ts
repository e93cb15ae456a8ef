import type { VenueHistory, VolState } from '@cc/models'
import type { Datum, DatumReader } from './datum.js'
import { atmIvAt, skewNear, smilesOf } from './implied-volatility.js'
import type { Listing } from './listing.js'
import { lastDvol, realisedVolatility } from './realised-volatility.js'

/** Implied beside realised volatility at one horizon. Every `null` has its reason in `data.missing`. */
export function assembleVol(
  market: { listings: readonly Listing[]; candles: Datum<VenueHistory>; dvol: Datum<VenueHistory>; timeMs: number },
  horizonDays: number,
  data: DatumReader,
): VolState {
  const smiles = smilesOf(market.listings)
  const atmIv = atmIvAt(smiles, horizonDays)
  const realisedVol = realisedVolatility(market.candles, market.timeMs, horizonDays)
  const skew = skewNear(smiles, horizonDays)
  return {
    atmIv: data.read('vol.atmIv', atmIv),
    realisedVol: data.read('vol.realisedVol', realisedVol),
    ivrv: data.read('vol.ivrv', ratio(atmIv, realisedVol)),
    skew25: data.read('vol.skew25', 'value' in skew ? { value: skew.value.skew25 } : skew),
    skewDte: data.read('vol.skewDte', 'value' in skew ? { value: skew.value.skewDte } : skew),
    dvol: data.read('vol.dvol', lastDvol(market.dvol, market.timeMs)),
    horizonDays,
  }
}

function ratio(atmIv: Datum<number>, realisedVol: Datum<number>): Datum<number> {
  if (!('value' in atmIv)) return atmIv
  if (!('value' in realisedVol)) return realisedVol
  if (realisedVol.value === 0) return { missing: 'the index did not move' }
  return { value: atmIv.value / realisedVol.value }
}
