import type { Breach } from '@cc/models'
import { unresolvedIn } from '@cc/models'
import { type Check, ofSellingAccount } from './check.js'

/** Orders of this agent begin so; whatever else rests is not known to it. */
const OWN_LABEL = 'cc-'

/** What two sums of the same rows may differ by in a balance or a size, in coin. */
const NOISE_COIN = 1e-9

/** What is out, or happened, and is not known. Of sales only: an exit that it keeps away keeps the risk on. */
export const ACCOUNT_CHECKS: readonly Check[] = [
  {
    code: 'outcome-unresolved',
    rule: 'R04',
    refuses: 'it sells, and an earlier send in the coin has no known outcome',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofSellingAccount(({ currency }, { state }) =>
      unresolvedIn(currency, state.memory).map(
        ({ symbol: on, label }): Breach => ({ code: 'outcome-unresolved', on, label }),
      ),
    ),
  },
  {
    code: 'position-unexplained',
    rule: 'R04',
    refuses:
      'the account is more short, or long where it was short, than the ledger explains, by over half a size step',
    limits: '',
    exits: 'sales only',
    judge: ofSellingAccount(({ currency, portfolio }, { state }) => {
      const explained = state.memory.explained[currency]
      if (explained === undefined) return undefined
      const explainedCoin = new Map(explained.positions.map(({ symbol, sizeCoin }) => [symbol, sizeCoin]))
      const breaches: Breach[] = []
      const judge = (on: string, sizeCoin: number, toleranceCoin: number) => {
        const wanted = explainedCoin.get(on) ?? 0
        const isMoreShort = wanted - sizeCoin > toleranceCoin
        const isOtherSign = sizeCoin > toleranceCoin && wanted <= 0
        if (isMoreShort || isOtherSign) {
          breaches.push({ code: 'position-unexplained', on, sizeCoin, explainedCoin: wanted })
        }
      }
      for (const { instrument, sizeCoin } of portfolio.positions) {
        judge(instrument.symbol, sizeCoin, instrument.sizeStepCoin / 2 + NOISE_COIN)
      }
      // What no longer lists has no step.
      for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
        if (kind === 'option') judge(symbol, sizeCoin, NOISE_COIN)
      }
      return breaches
    }),
  },
  {
    code: 'balance-unexplained',
    rule: 'R35',
    refuses: 'the balance is below what the ledger explains',
    limits: 'maxBalanceDropPct',
    exits: 'sales only',
    judge: ofSellingAccount(({ currency: on, portfolio }, { state, limits }) => {
      const { balanceCoin } = portfolio
      const explained = state.memory.explained[on]
      if (explained === undefined) return undefined
      const { balanceCoin: explainedCoin } = explained
      const { maxBalanceDropPct: maxDropPct } = limits
      const roomCoin = (maxDropPct / 100) * Math.abs(explainedCoin) + NOISE_COIN
      return explainedCoin - balanceCoin > roomCoin
        ? { code: 'balance-unexplained', on, balanceCoin, explainedCoin, maxDropPct }
        : undefined
    }),
  },
  {
    code: 'position-unexpected',
    rule: 'R34',
    refuses:
      'the account holds what is no covered-call business: a future, a put, a long call, an option that does not list',
    limits: '',
    exits: 'sales only',
    judge: ofSellingAccount(({ portfolio }) => {
      const breaches: Breach[] = []
      for (const { instrument, sizeCoin } of portfolio.positions) {
        if (sizeCoin > 0 || (instrument.kind === 'put' && sizeCoin !== 0)) {
          breaches.push({ code: 'position-unexpected', on: instrument.symbol, sizeCoin })
        }
      }
      for (const { symbol: on, sizeCoin } of portfolio.otherPositions) {
        if (sizeCoin !== 0) breaches.push({ code: 'position-unexpected', on, sizeCoin })
      }
      return breaches
    }),
  },
  {
    code: 'foreign-order',
    rule: 'R33',
    refuses: 'an order rests in the coin that is not of this agent',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofSellingAccount(({ portfolio }) =>
      portfolio.openOrders
        .filter(({ state, label }) => state === 'open' && !label.startsWith(OWN_LABEL))
        .map(({ symbol: on, label }): Breach => ({ code: 'foreign-order', on, label })),
    ),
  },
]
