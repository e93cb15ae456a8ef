import { isOnStep, isOnTick, roundPriceDown, roundPriceUp, roundSizeDown } from '@cc/pricing'
import { invalidParams, offGrid } from './errors.js'
import type { Grid } from './instrument-cache.js'

/** Parameters of the methods that send or change an order, as far as they are looked at. Deribit's names. */
export type OrderParams = {
  readonly instrument_name?: string
  readonly order_id?: string
  readonly label?: string
  readonly price?: number
  readonly amount?: number
  readonly post_only?: boolean
  readonly reject_post_only?: boolean
  readonly reduce_only?: boolean
  readonly valid_until?: number
}

/** Longest time that an order may take to be begun: after it, silence means that it never was. */
const MAX_VALID_FOR_MS = 60_000

/**
 * Looks whether the exchange would begin an order now, and not too late.
 *
 * @throws CcError `deribit/invalid-params`
 */
export function checkOrderTime(method: string, { valid_until }: OrderParams, serverNowMs: number): void {
  if (method === 'private/close_position') return
  const leftMs = valid_until === undefined ? Number.NaN : valid_until - serverNowMs
  if (leftMs > 0 && leftMs <= MAX_VALID_FOR_MS) return
  const expected = `a time up to ${MAX_VALID_FOR_MS / 1_000} s after the exchange's ${serverNowMs}`
  throw invalidParams(method, { field: 'valid_until', value: valid_until, expected })
}

/**
 * The order with price and amount as exact decimals on the grid of its instrument. Only float noise is taken off.
 *
 * @throws CcError `deribit/off-grid`, naming the next values on both sides
 */
export function onGrid<Params extends OrderParams>(method: string, params: Params, { ticks, stepCoin }: Grid): Params {
  const { price, amount } = params
  const snapped: { price?: number; amount?: number } = {}
  if (price !== undefined) {
    const [below, above] = [roundPriceDown(price, ticks), roundPriceUp(price, ticks)]
    if (!isOnTick(price, ticks) || below === 0) throw offGrid(method, { field: 'price', value: price, below, above })
    snapped.price = below
  }
  if (amount !== undefined) {
    const below = roundSizeDown(amount, stepCoin)
    if (!isOnStep(amount, stepCoin) || below === 0) {
      const above = roundSizeDown(below + 1.5 * stepCoin, stepCoin)
      throw offGrid(method, { field: 'amount', value: amount, below, above })
    }
    snapped.amount = below
  }
  return { ...params, ...snapped }
}
