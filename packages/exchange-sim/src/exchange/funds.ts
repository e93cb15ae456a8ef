import { reject } from './acceptance.js'
import type { AccountBook } from './account-book.js'
import type { Book } from './books.js'
import { addSizes } from './exact-size.js'
import { exposureOf, reducibleCoin, withResting, withTrade } from './margin.js'
import type { Order, OrderWish, Rejection } from './order.js'
import type { OrderPlan } from './order-plan.js'
import { leftCoin } from './order-store.js'
import { cashOfTrade } from './trade-cash.js'

/**
 * Whether the account can carry an order: initial margin of positions and resting orders afterwards against
 * margin balance, which a sale that trades at once raises by its premium. A purchase that only closes a position needs
 * just the cash for it, a sale that only closes nothing. `replaced` is the resting order in whose place it comes.
 */
export function checkFunds(
  account: AccountBook,
  book: Book,
  order: { wanted: Pick<OrderWish, 'side' | 'reduceOnly'>; plan: OrderPlan; replaced: Order | undefined },
): Rejection | undefined {
  const { wanted, plan, replaced } = order
  const { side, reduceOnly } = wanted
  const { trade, restCoin, priceCoin } = plan
  const { instrument } = book
  const now = exposureOf(book, account.positionCoin(instrument.symbol))
  const before =
    replaced === undefined
      ? now
      : withResting(now, { side, sizeCoin: -leftCoin(replaced), priceCoin: replaced.priceCoin })
  const traded = trade === undefined ? before : withTrade(before, { side, sizeCoin: trade.sizeCoin })
  const after = withResting(traded, { side, sizeCoin: restCoin, priceCoin })
  const cashCoin = trade === undefined ? 0 : cashOfTrade(instrument, { side, ...trade, liquidity: 'taker' }).changeCoin
  const balanceCoin = account.balanceCoin() + cashCoin

  const restingCoin = side === 'buy' ? before.buysCoin : before.sellsCoin
  const sizeCoin = addSizes(trade?.sizeCoin ?? 0, restCoin)
  const onlyCloses = reduceOnly || addSizes(restingCoin, sizeCoin) <= reducibleCoin(before.positionCoin, side)
  // Its fee is never more than its premium.
  if (onlyCloses && side === 'sell') return undefined
  const neededCoin = onlyCloses ? after.buysCostCoin : account.tally.marginWith(book, after)
  if (neededCoin <= balanceCoin) return undefined
  return reject('not_enough_funds', `The account would need ${neededCoin} coin and would have ${balanceCoin}.`)
}
