import type { Breach, BreachCode, OptionInstrument, UnderlyingState } from '@cc/models'
import type { Case } from './case.js'
import type { Sale } from './sale.js'
import type { CloseLeg, OfferedOption, OpenLeg, QuotedOption } from './trade.js'

/** One reason to refuse: its place in the table, and how it is judged. */
export type Check = {
  code: BreachCode
  /** The rule that it holds. */
  rule: string
  /** What it refuses, to be read after "the proposal is refused because". */
  refuses: string
  /** The limits that it is held to. */
  limits: string
  /**
   * What becomes of it where nothing is sold. `held`: an exit is held to it. `skipped`: it would keep risk on, and only
   * sales are. `sales only`: it speaks of nothing that an exit has.
   */
  exits: 'held' | 'skipped' | 'sales only'
  /** Reads words, and is made even on numbers that are none. */
  words?: true
  judge: Judge
}

/** None, one or several breaches of one code. */
type Found = Breach | readonly Breach[] | undefined
export type Judge = (of: Case) => Found

/** Judges each account that the trade touches. */
export function ofAccounts(judge: (account: UnderlyingState, of: Case) => Found): Judge {
  return (of) => every(of.accounts, (account) => judge(account, of))
}

/** Judges the account that a call is sold in. */
export function ofSellingAccount(judge: (account: UnderlyingState, of: Case) => Found): Judge {
  return (of) => of.trade.open?.underlying && judge(of.trade.open.underlying, of)
}

/** Judges the symbol that is to be sold, known or not. */
export function ofOpen(judge: (open: OpenLeg, of: Case) => Found): Judge {
  return (of) => of.trade.open && judge(of.trade.open, of)
}

/** Judges the symbol that is to be bought back, held or not. */
export function ofClose(judge: (close: CloseLeg, of: Case) => Found): Judge {
  return (of) => of.trade.close && judge(of.trade.close, of)
}

/** Judges both symbols of a roll. */
export function ofRoll(judge: (close: CloseLeg, open: OpenLeg, of: Case) => Found): Judge {
  return (of) => {
    const { close, open } = of.trade
    return close && open && judge(close, open, of)
  }
}

/** Judges each option that is traded and that the state knows. */
export function ofOptions(judge: (option: QuotedOption, of: Case) => Found): Judge {
  return (of) => {
    const { close, open } = of.trade
    const traded = [close?.option, open?.option].filter((option) => option !== undefined)
    return every(traded, (option) => judge(option, of))
  }
}

/** The same of what the venue lists. */
export function ofInstruments(judge: (instrument: OptionInstrument, of: Case) => Found): Judge {
  return ofOptions(({ instrument }, of) => judge(instrument, of))
}

/** An option that is offered, with the account that would sell it. */
export type Offer = { on: string; option: OfferedOption; account: UnderlyingState; sizeCoin: number }

/** Judges the option that is to be sold, where the state knows it. */
export function ofOffer(judge: (offer: Offer, of: Case) => Found): Judge {
  return (of) => {
    const { open, sizeCoin } = of.trade
    if (open?.option === undefined) return undefined
    return judge({ on: open.symbol, option: open.option, account: open.underlying, sizeCoin }, of)
  }
}

/** Judges the account as the trade would leave it, where the trade can happen. */
export function ofSale(judge: (sale: Sale, of: Case) => Found): Judge {
  return (of) => {
    const sale = of.sale()
    return sale && judge(sale, of)
  }
}

function every<T>(values: readonly T[], judge: (value: T) => Found): Found {
  return values.flatMap((value) => judge(value) ?? [])
}

/** Noise of float arithmetic in a price or a ratio. */
export const NOISE = 1e-12
/** The same in a percentage or an amount of USD. */
export const COARSE_NOISE = 1e-9
