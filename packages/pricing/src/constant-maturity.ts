import { requireFinite, requirePositive } from './validation.js'

/** A volatility and the time that it belongs to. */
export type MaturityIv = {
  /** Time to expiry in years of 365 days, > 0. */
  expiryYears: number
  /** Annual volatility as a ratio, > 0. */
  iv: number
}

/** What is read off the smiles of two expiries at a time between them, and of each of them for it. */
export type ConstantMaturityReading = {
  atmIv: number | null
  riskReversal25: number | null
  butterfly25: number | null
  riskReversal10: number | null
  butterfly10: number | null
}

/**
 * Volatility at a time to expiry: total variance iv²·T is linear in time between the expiries around it. `null` before
 * the first and after the last: nothing is extrapolated. Expiries come in any order.
 *
 * @throws RangeError naming the row, when a time or a volatility is not finite and > 0, or two expiries have one time.
 */
export function constantMaturityIv(targetYears: number, expiries: readonly MaturityIv[]): number | null {
  requirePositive('constantMaturityIv', 'targetYears', targetYears)
  const around = neighbours('constantMaturityIv', targetYears, expiries, ({ iv }, row) => {
    requirePositive('constantMaturityIv', `row ${row}: iv`, iv)
    return iv
  })
  return around === null ? null : varianceBetween(around, targetYears)
}

/**
 * At-the-money volatility, risk reversals and butterflies at a time to expiry: the first by total variance as
 * `constantMaturityIv`, the others linear in √T. Each is `null` where one of the two expiries around lacks it.
 *
 * @throws RangeError naming the row, when a time or a number is out of range, or two expiries have one time.
 */
export function constantMaturityReading(
  targetYears: number,
  readings: readonly (ConstantMaturityReading & { expiryYears: number })[],
): ConstantMaturityReading {
  const where = 'constantMaturityReading'
  requirePositive(where, 'targetYears', targetYears)
  const atmAround = neighbours(where, targetYears, readings, ({ atmIv }, row) => {
    if (atmIv !== null && !isPositive(atmIv)) requirePositive(where, `row ${row}: atmIv`, atmIv)
    return atmIv
  })
  const spread = (name: Exclude<keyof ConstantMaturityReading, 'atmIv'>): number | null => {
    const around = neighbours(where, targetYears, readings, (reading, row) => {
      const value = reading[name]
      if (value !== null && !Number.isFinite(value)) requireFinite(where, `row ${row}: ${name}`, value)
      return value
    })
    return around && between(around, Math.sqrt, targetYears)
  }
  return {
    atmIv: atmAround && varianceBetween(atmAround, targetYears),
    riskReversal25: spread('riskReversal25'),
    butterfly25: spread('butterfly25'),
    riskReversal10: spread('riskReversal10'),
    butterfly10: spread('butterfly10'),
  }
}

type Knot = { expiryYears: number; value: number }
type Neighbours = { earlier: Knot; later: Knot }

/** The rows next to a time on either side, the same one twice where it has that very time; `null` if one lacks its value. */
function neighbours<Row extends { expiryYears: number }>(
  where: string,
  targetYears: number,
  rows: readonly Row[],
  datumOf: (row: Row, index: number) => number | null,
): Neighbours | null {
  const values = rows.map((row, index) => {
    if (!isPositive(row.expiryYears)) requirePositive(`${where}: row ${index}`, 'expiryYears', row.expiryYears)
    return { expiryYears: row.expiryYears, value: datumOf(row, index), index }
  })
  values.sort((first, second) => first.expiryYears - second.expiryYears)
  values.forEach(({ expiryYears, index }, i) => {
    const before = values[i - 1]
    if (before?.expiryYears !== expiryYears) return
    throw new RangeError(
      `${where}: row ${index}: expiryYears must differ from that of row ${before.index}, got ${expiryYears}`,
    )
  })
  const earlier = values.findLast(({ expiryYears }) => expiryYears <= targetYears)
  const later = values.find(({ expiryYears }) => expiryYears >= targetYears)
  if (earlier === undefined || later === undefined || earlier.value === null || later.value === null) return null
  return {
    earlier: { expiryYears: earlier.expiryYears, value: earlier.value },
    later: { expiryYears: later.expiryYears, value: later.value },
  }
}

/** Asked before a row is named for a message: a cycle asks a hundred times. */
function isPositive(value: number): boolean {
  return value > 0 && value < Infinity
}

function varianceBetween({ earlier, later }: Neighbours, targetYears: number): number {
  const total = ({ expiryYears, value }: Knot): Knot => ({ expiryYears, value: value * value * expiryYears })
  if (earlier.expiryYears === later.expiryYears) return earlier.value
  return Math.sqrt(
    between({ earlier: total(earlier), later: total(later) }, (years) => years, targetYears) / targetYears,
  )
}

function between({ earlier, later }: Neighbours, scale: (years: number) => number, targetYears: number): number {
  const start = scale(earlier.expiryYears)
  const length = scale(later.expiryYears) - start
  return length === 0
    ? earlier.value
    : earlier.value + ((later.value - earlier.value) * (scale(targetYears) - start)) / length
}
