import type { OptionInstrument } from '@cc/models'
import { isOnStep } from '@cc/pricing'
import type { Book } from './books.js'
import type { OrderWish, Rejection, TimeInForce } from './order.js'

const MAX_LABEL_LENGTH = 64

/** What can be said against the label, the way and the size of an order. */
export function checkTerms(
  { instrument }: Book,
  wanted: Pick<OrderWish, 'label' | 'kind' | 'postOnly' | 'timeInForce' | 'sizeCoin'>,
): Rejection | undefined {
  const { label, kind, postOnly, timeInForce, sizeCoin } = wanted
  if (instrument.state !== 'open') return reject('orderbook_closed', `${instrument.symbol} is ${instrument.state}.`)
  if (label.length > MAX_LABEL_LENGTH) {
    return reject('invalid_arguments', `A label has at most ${MAX_LABEL_LENGTH} characters, this one ${label.length}.`)
  }
  if (postOnly && !(kind === 'limit' && isLasting(timeInForce))) {
    return reject('post_only_not_allowed', 'A post-only order must be a limit order that can rest.')
  }
  return checkSize(instrument, sizeCoin)
}

/** Whether an order of this time in force may rest. */
export function isLasting(timeInForce: TimeInForce): boolean {
  return timeInForce === 'good_til_cancelled' || timeInForce === 'good_til_day'
}

export function reject(code: string, message: string): Rejection {
  return { code, message }
}

function checkSize({ minSizeCoin, sizeStepCoin }: OptionInstrument, sizeCoin: number): Rejection | undefined {
  if (!(sizeCoin > 0 && Number.isFinite(sizeCoin))) return reject('invalid_amount', `${sizeCoin} is no size.`)
  if (sizeCoin < minSizeCoin) return reject('qty_too_low', `${sizeCoin} is less than the smallest size ${minSizeCoin}.`)
  if (!isOnStep(sizeCoin, sizeStepCoin)) {
    return reject('invalid_amount', `${sizeCoin} is not a multiple of ${sizeStepCoin}.`)
  }
  return undefined
}
