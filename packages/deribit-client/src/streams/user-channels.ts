import { z } from 'zod'
import {
  accessLogSchema,
  mmpTriggerSchema,
  portfolioSchema,
  userChangesSchema,
  type WireAccessLog,
  type WireMmpTrigger,
  type WirePortfolio,
  type WireUserChanges,
} from '../wire/account-notifications.js'
import { orderSchema, type WireOrder } from '../wire/order.js'
import { userLockSchema, type WireUserLock } from '../wire/state-notifications.js'
import { userTradesSchema, type WireUserTrade } from '../wire/trade.js'
import type { Channel } from './channel.js'
import { channelName, type Interval, type Part, type Selection, selectionParts } from './channel-name.js'

/** What an order channel sends: `raw` one order, all others a list. */
export type OrdersOf<Every extends Interval> = Every extends 'raw' ? WireOrder : WireOrder[]

const ordersSchema = z.array(orderSchema)

/** Of which none may be missed. */
const every = { isPrivate: true, delivery: 'every', startsWhole: false } as const

/** Channels of the account. Each throws CcError `deribit/invalid-params` where an argument cannot be meant. */
export const userChannels = {
  /** Our orders, each time that one changes. */
  userOrders: <Every extends Interval = 'raw'>(of: Selection, interval?: Every): Channel<OrdersOf<Every>> => {
    const data: z.ZodType = interval === undefined || interval === 'raw' ? orderSchema : ordersSchema
    return {
      ...every,
      kind: data === orderSchema ? 'user.orders.*.raw' : 'user.orders.*',
      name: channelName('user.orders', ...selectionParts(of), ['interval', interval ?? 'raw']),
      data: data as z.ZodType<OrdersOf<Every>>,
    }
  },

  /** Our trades. */
  userTrades: (of: Selection, interval: Interval = 'raw'): Channel<WireUserTrade[]> => ({
    ...every,
    kind: 'user.trades.*',
    name: channelName('user.trades', ...selectionParts(of), ['interval', interval]),
    data: userTradesSchema.shape.trades,
  }),

  /** Our trades of combos, each with those of its legs. */
  userComboTrades: (of: Selection, interval: Interval = 'raw'): Channel<WireUserTrade[]> => ({
    ...every,
    kind: 'user.combo_trades.*',
    name: channelName('user.combo_trades', ...selectionParts(of), ['interval', interval]),
    data: userTradesSchema.shape.trades,
  }),

  /** Our orders, trades and positions, those that changed at once together. */
  userChanges: (of: Selection, interval: Interval = 'raw'): Channel<WireUserChanges> => ({
    ...every,
    kind: 'user.changes.*',
    name: channelName('user.changes', ...selectionParts(of), ['interval', interval]),
    data: userChangesSchema,
  }),

  /** Balance, equity and margin in one currency, or in all of them one after the other. */
  userPortfolio: (currency: Part<'accountCurrency'>): Channel<WirePortfolio> => ({
    ...every,
    // In one channel of all currencies, the newest of one would take the place of another's.
    delivery: currency === 'any' ? 'every' : 'newest',
    kind: 'user.portfolio.*',
    name: channelName('user.portfolio', ['accountCurrency', currency]),
    data: portfolioSchema,
  }),

  /** Quotes of ours that the market maker protection of an index has stopped. */
  userMmpTrigger: (index: string): Channel<WireMmpTrigger> => ({
    ...every,
    kind: 'user.mmp_trigger.*',
    name: channelName('user.mmp_trigger', ['index', index]),
    data: mmpTriggerSchema,
  }),

  /** Sign-ins to the account. */
  userAccessLog: (): Channel<WireAccessLog> => ({
    ...every,
    kind: 'user.access_log',
    name: 'user.access_log',
    data: accessLogSchema,
  }),

  /** Locks of the account. */
  userLock: (): Channel<WireUserLock> => ({ ...every, kind: 'user.lock', name: 'user.lock', data: userLockSchema }),
} as const
