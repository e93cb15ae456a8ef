import { type Check, NOISE, ofClose, ofRoll } from './check.js'
import { partsOf } from './symbol-parts.js'
import { isHeld } from './trade.js'

/** Closes and rolls. A symbol that cannot be read is unknown, and refused as that. */
export const LEG_CHECKS: readonly Check[] = [
  {
    code: 'position-missing',
    rule: 'R23',
    refuses:
      'fewer of these calls are short than are to be bought back, those that resting buys and buys of unknown outcome take left out',
    limits: '',
    exits: 'held',
    judge: ofClose((close, { trade }) => {
      const { symbol: on, heldCoin } = close
      const { sizeCoin } = trade
      return isHeld(close, sizeCoin) ? undefined : { code: 'position-missing', on, sizeCoin, heldCoin }
    }),
  },
  {
    code: 'roll-same-symbol',
    rule: 'R22',
    refuses: 'the roll goes from a call to itself',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofRoll(({ symbol: on }, open) => (on === open.symbol ? { code: 'roll-same-symbol', on } : undefined)),
  },
  {
    code: 'roll-other-currency',
    rule: 'R22',
    refuses: 'the roll goes to another coin',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofRoll(({ symbol: on }, { symbol: to }) => {
      const [from, into] = [partsOf(on), partsOf(to)]
      return from !== undefined && into !== undefined && from.currency !== into.currency
        ? { code: 'roll-other-currency', on, to }
        : undefined
    }),
  },
  {
    code: 'roll-earlier-expiry',
    rule: 'R22',
    refuses: 'the roll goes to an earlier expiry',
    limits: '',
    exits: 'sales only',
    words: true,
    judge: ofRoll(({ symbol: on }, { symbol: to }) => {
      const [from, into] = [partsOf(on), partsOf(to)]
      return from !== undefined && into !== undefined && into.expiryMs < from.expiryMs
        ? { code: 'roll-earlier-expiry', on, to }
        : undefined
    }),
  },
  {
    code: 'net-debit-exceeded',
    rule: 'R22',
    refuses: 'the close of the roll costs too much more than its open brings, at ask and bid',
    limits: 'maxNetDebitCoin',
    exits: 'sales only',
    judge: ofRoll(({ symbol: on, option: bought }, { symbol: to, option: sold }, { limits }) => {
      const [askPriceCoin, bidPriceCoin] = [bought?.askPriceCoin ?? null, sold?.bidPriceCoin ?? null]
      const { maxNetDebitCoin } = limits
      if (askPriceCoin === null || bidPriceCoin === null || maxNetDebitCoin === null) return undefined
      const netDebitCoin = askPriceCoin - bidPriceCoin
      return netDebitCoin > maxNetDebitCoin + NOISE
        ? { code: 'net-debit-exceeded', on, to, netDebitCoin, maxNetDebitCoin }
        : undefined
    }),
  },
]
