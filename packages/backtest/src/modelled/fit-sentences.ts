import type { Currency } from '@cc/models'
import type { SurfaceFit } from './fit-surface-model.js'
import type { ModelError } from './model-errors.js'

/** What one must know of a fitted surface to believe what is computed on it. */
export function fitSentences(currency: Currency, fit: SurfaceFit): readonly string[] {
  const { snapshots, fromMs, toMs, errors, rollErrors } = fit
  const atm = errors.map(({ fromDays, toDays, atmRmse }) => `${atmRmse.toFixed(1)} at ${fromDays}-${toDays} d`)
  const weekly = rollErrors.find(({ fromDays }) => fromDays === 4)
  const monthly = rollErrors.find(({ fromDays }) => fromDays === 20)
  const premiums = [weekly, monthly].flatMap((error) => (error === undefined ? [] : [premiumsOf(error)]))
  return [
    `The ${currency} surface was fitted on all ${snapshots} recorded chains of ${dayOf(fromMs)} to ${dayOf(toMs)} at once: inside that time it has seen what came after.`,
    `Its volatility at the money missed those of the chains by (root mean square, vol points): ${atm.join(', ')}.`,
    ...(premiums.length === 0
      ? []
      : [
          `On Friday mornings, when calls are sold anew, its ${currency} premiums over the recorded ones were ${premiums.join('; ')}.`,
        ]),
  ]
}

function premiumsOf({ fromDays, toDays, premiumRatios }: ModelError): string {
  const ratios = ([10, 25, 50] as const).map((delta) => `${premiumRatios[delta].toFixed(2)} at ${delta} delta`)
  return `${ratios.join(', ')} (${fromDays}-${toDays} d)`
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}
