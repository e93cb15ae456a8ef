/** Deribit shows no price and no amount as `null`, 0 or nothing at all. */
export function positiveOrNull(value: number | string | null | undefined): number | null {
  return typeof value === 'number' && value > 0 ? value : null
}

/** What may be 0, such as an open interest. */
export function countOrNull(value: number | null | undefined): number | null {
  return value != null && value >= 0 ? value : null
}
