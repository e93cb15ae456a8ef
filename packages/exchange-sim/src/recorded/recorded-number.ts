import { malformedMarket, type Place } from './malformed-market.js'

/** Takes a number that must be there and > 0. */
export function requirePositive(place: Place, value: unknown): number {
  const number = numberOf(value)
  if (number !== undefined && number > 0) return number
  throw malformedMarket(place, value, 'a number > 0')
}

/** Takes a number that must be there and >= 0. */
export function requireNonNegative(place: Place, value: unknown): number {
  const number = numberOf(value)
  if (number !== undefined && number >= 0) return number
  throw malformedMarket(place, value, 'a number >= 0')
}

/** Takes a number >= 0; nothing is `null`. */
export function readNonNegative(place: Place, value: unknown): number | null {
  return isNothing(value) ? null : requireNonNegative(place, value)
}

/** Takes a number > 0; nothing, and the 0 that stands for it in recordings, is `null`. */
export function readPositive(place: Place, value: unknown): number | null {
  return readNonNegative(place, value) || null
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}
