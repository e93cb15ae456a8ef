import type { Breach } from '@cc/models'
import { type Check, NOISE, ofAccounts, ofInstruments, ofOffer, ofOpen, ofSellingAccount } from './check.js'
import { pendingDeliveries } from './guards.js'
import { DAY_MS, settlementWindow } from './settlement-window.js'

/** The option that is traded, and its time. */
export const INSTRUMENT_CHECKS: readonly Check[] = [
  {
    code: 'symbol-unknown',
    rule: 'R08',
    refuses: "what it sells is not among the state's candidates",
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofOpen(({ symbol: on, option }) => (option === undefined ? { code: 'symbol-unknown', on } : undefined)),
  },
  {
    code: 'not-a-call',
    rule: 'R08',
    refuses: 'the option is a put',
    limits: '',
    exits: 'held',
    words: true,
    judge: ofInstruments(({ symbol: on, kind }) => (kind === 'call' ? undefined : { code: 'not-a-call', on })),
  },
  {
    code: 'instrument-not-open',
    rule: 'R08',
    refuses: 'the order book does not trade now',
    limits: '',
    exits: 'held',
    words: true,
    judge: ofInstruments(({ symbol: on, state }) =>
      state === 'open' ? undefined : { code: 'instrument-not-open', on, state },
    ),
  },
  {
    code: 'instrument-expired',
    rule: 'R08',
    refuses: 'the option has expired',
    limits: '',
    exits: 'held',
    judge: ofInstruments(({ symbol: on, expiryMs }, { nowMs }) =>
      expiryMs > nowMs ? undefined : { code: 'instrument-expired', on, expiryMs, nowMs },
    ),
  },
  {
    code: 'delta-outside',
    rule: 'R08',
    refuses: 'the delta of the call is outside the range',
    limits: 'delta',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { limits }) => {
      const { min, max } = limits.delta
      const { delta } = option
      return delta < min || delta > max ? { code: 'delta-outside', on, delta, min, max } : undefined
    }),
  },
  {
    code: 'dte-outside',
    rule: 'R08',
    refuses: 'the days to expiry, from the time of the state, are outside the range',
    limits: 'dte',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { state, limits }) => {
      const { min, max } = limits.dte
      // Of the state, not of now: what it offered is not refused for the seconds that the policy took.
      const dte = (option.instrument.expiryMs - state.timeMs) / DAY_MS
      return dte < min || dte > max ? { code: 'dte-outside', on, dte, min, max } : undefined
    }),
  },
  {
    code: 'strike-too-low',
    rule: 'R08',
    refuses: 'the strike is too low against the forward',
    limits: 'minMoneyness',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { limits }) => {
      const moneyness = option.instrument.strikeUsd / option.forwardUsd - 1
      const { minMoneyness: min } = limits
      return moneyness < min - NOISE ? { code: 'strike-too-low', on, moneyness, min } : undefined
    }),
  },
  {
    code: 'expiry-too-near',
    rule: 'R09',
    refuses: 'the call expires too soon to be sold',
    limits: 'minTimeLeftMs',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { nowMs, limits }) => {
      const { expiryMs } = option.instrument
      const { minTimeLeftMs: minLeftMs } = limits
      const leftMs = expiryMs - nowMs
      return leftMs < minLeftMs ? { code: 'expiry-too-near', on, expiryMs, leftMs, minLeftMs } : undefined
    }),
  },
  {
    code: 'settlement-window',
    rule: 'R09',
    refuses: 'the venue settles: nothing is sent from 07:59:30 to 08:02 UTC',
    limits: '',
    exits: 'held',
    judge: ofAccounts(({ currency: on }, { nowMs }) => {
      const { fromMs, untilMs } = settlementWindow(nowMs)
      return nowMs >= fromMs && nowMs < untilMs ? { code: 'settlement-window', on, fromMs, untilMs } : undefined
    }),
  },
  {
    code: 'delivery-pending',
    rule: 'R09',
    refuses:
      'it sells, and an expired option of the coin is not in the ledger yet, so that its payout may still be due',
    limits: '',
    exits: 'sales only',
    judge: ofSellingAccount(({ currency: on }, { state, nowMs }) =>
      pendingDeliveries(on, state.memory, nowMs).map(
        ({ symbol, expiryMs }): Breach => ({ code: 'delivery-pending', on, symbol, expiryMs }),
      ),
    ),
  },
]
