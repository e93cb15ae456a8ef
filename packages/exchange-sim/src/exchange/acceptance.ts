import type { OptionInstrument } from '@cc/models'
import { isOnStep } from '@cc/pricing'
import type { Book } from './books.js'
import { LARGEST_SIZE_COIN } from './exact-size.js'
import type { OrderWish, Rejection } from './order.js'

const MAX_LABEL_LENGTH = 64

/**
 * What can be said against the label, the way and the size of an order.
 *
 * Post-only is valid with `good_til_cancelled` alone: https://docs.deribit.com/api-reference/trading/private-buy
 */
export function checkTerms(
  { instrument }: Book,
  wanted: Pick<OrderWish, 'label' | 'kind' | 'postOnly' | 'timeInForce' | 'sizeCoin'>,
): Rejection | undefined {
  const { label, kind, postOnly, timeInForce, sizeCoin } = wanted
  if (instrument.state !== 'open') return reject('orderbook_closed', `${instrument.symbol} is ${instrument.state}.`)
  if (label.length > MAX_LABEL_LENGTH) {
    return reject('invalid_arguments', `A label has at most ${MAX_LABEL_LENGTH} characters, this one ${label.length}.`)
  }
  if (postOnly && !(kind === 'limit' && timeInForce === 'good_til_cancelled')) {
    return reject('post_only_not_allowed', 'A post-only order must be a limit order that is good till cancelled.')
  }
  return checkSize(instrument, sizeCoin)
}

export function reject(code: string, message: string): Rejection {
  return { code, message }
}

function checkSize({ minSizeCoin, sizeStepCoin }: OptionInstrument, sizeCoin: number): Rejection | undefined {
  if (!(sizeCoin > 0 && sizeCoin <= LARGEST_SIZE_COIN)) return reject('invalid_amount', `${sizeCoin} is no size.`)
  if (sizeCoin < minSizeCoin) return reject('qty_too_low', `${sizeCoin} is less than the smallest size ${minSizeCoin}.`)
  if (!isOnStep(sizeCoin, sizeStepCoin)) {
    return reject('invalid_amount', `${sizeCoin} is not a multiple of ${sizeStepCoin}.`)
  }
  return undefined
}
