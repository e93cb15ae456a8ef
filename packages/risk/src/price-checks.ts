import type { Breach } from '@cc/models'
import { coinToUsd, isOnStep, tickSizeAt } from '@cc/pricing'
import { type Check, COARSE_NOISE, NOISE, ofInstruments, ofOffer, ofOptions } from './check.js'
import { feeCoin } from './sale.js'

/** Size, price and book of each leg. */
export const PRICE_CHECKS: readonly Check[] = [
  {
    code: 'size-too-small',
    rule: 'R10',
    refuses: "the size is below the venue's smallest order",
    limits: '',
    exits: 'held',
    judge: ofInstruments(({ symbol: on, minSizeCoin }, { trade }) => {
      const { sizeCoin } = trade
      return sizeCoin > 0 && sizeCoin >= minSizeCoin ? undefined : { code: 'size-too-small', on, sizeCoin, minSizeCoin }
    }),
  },
  {
    code: 'size-off-step',
    rule: 'R10',
    refuses: "the size is no multiple of the venue's step",
    limits: '',
    exits: 'held',
    judge: ofInstruments(({ symbol: on, sizeStepCoin: stepCoin }, { trade }) => {
      const { sizeCoin } = trade
      return sizeCoin > 0 && !isOnStep(sizeCoin, stepCoin)
        ? { code: 'size-off-step', on, sizeCoin, stepCoin }
        : undefined
    }),
  },
  {
    code: 'size-too-large',
    rule: 'R10',
    refuses: 'the sale is larger than any that is meant: a slipped digit',
    limits: 'maxOrderCoin',
    exits: 'sales only',
    judge: ofOffer(({ on, account, sizeCoin }, { limits }) => {
      const maxSizeCoin = limits.maxOrderCoin[account.currency]
      return sizeCoin > maxSizeCoin ? { code: 'size-too-large', on, sizeCoin, maxSizeCoin } : undefined
    }),
  },
  {
    code: 'notional-exceeded',
    rule: 'R11',
    refuses: 'the sale is worth more than any that is meant, at the index',
    limits: 'maxOrderUsd',
    exits: 'sales only',
    judge: ofOffer(({ on, account, sizeCoin }, { limits }) => {
      const notionalUsd = coinToUsd(sizeCoin, account.spotUsd)
      const { maxOrderUsd: maxUsd } = limits
      return notionalUsd > maxUsd + COARSE_NOISE ? { code: 'notional-exceeded', on, notionalUsd, maxUsd } : undefined
    }),
  },
  {
    code: 'no-quote',
    rule: 'R12',
    refuses: 'a side of the book is empty: a sale needs both, a buy-back the ask',
    limits: '',
    exits: 'held',
    judge: ofOptions(({ instrument, bidPriceCoin, askPriceCoin }, { trade }) => {
      const { symbol: on } = instrument
      const breaches: Breach[] = []
      if (bidPriceCoin === null && on === trade.open?.symbol) breaches.push({ code: 'no-quote', on, side: 'bid' })
      if (askPriceCoin === null) breaches.push({ code: 'no-quote', on, side: 'ask' })
      return breaches
    }),
  },
  {
    code: 'book-crossed',
    rule: 'R13',
    refuses: 'the bid is above the ask',
    limits: '',
    exits: 'held',
    judge: ofOptions(({ instrument, bidPriceCoin, askPriceCoin }) =>
      bidPriceCoin !== null && askPriceCoin !== null && bidPriceCoin > askPriceCoin
        ? { code: 'book-crossed', on: instrument.symbol, bidPriceCoin, askPriceCoin }
        : undefined,
    ),
  },
  {
    code: 'spread-too-wide',
    rule: 'R13',
    refuses: 'the book to sell into is too wide',
    limits: 'spread',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { limits }) => {
      const { instrument, bidPriceCoin, askPriceCoin } = option
      if (bidPriceCoin === null || askPriceCoin === null) return undefined
      const middleCoin = (bidPriceCoin + askPriceCoin) / 2
      const { ticks, fraction } = limits.spread
      const maxSpreadCoin = Math.max(ticks * tickSizeAt(middleCoin, instrument), fraction * middleCoin)
      const spreadCoin = askPriceCoin - bidPriceCoin
      return spreadCoin > maxSpreadCoin + NOISE ? { code: 'spread-too-wide', on, spreadCoin, maxSpreadCoin } : undefined
    }),
  },
  {
    code: 'price-outside-band',
    rule: 'R12',
    refuses: 'the bid is below the collar or outside what the venue takes: selling there is selling into a broken book',
    limits: 'collar',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, of) => {
      const bounds = of.sellAt()
      const { bidPriceCoin: priceCoin } = option
      if (bounds === undefined || priceCoin === null) return undefined
      const { minPriceCoin, maxPriceCoin } = bounds
      return priceCoin < minPriceCoin || priceCoin > maxPriceCoin
        ? { code: 'price-outside-band', on, priceCoin, minPriceCoin, maxPriceCoin }
        : undefined
    }),
  },
  {
    code: 'price-below-intrinsic',
    rule: 'R12',
    refuses: 'the strike is below the forward, and the sale might take less than the call is worth at once',
    limits: '',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, of) => {
      const bounds = of.sellAt()
      if (bounds === undefined) return undefined
      const { worstCoin: priceCoin } = bounds
      const intrinsicCoin = 1 - option.instrument.strikeUsd / option.forwardUsd
      return priceCoin < intrinsicCoin - NOISE
        ? { code: 'price-below-intrinsic', on, priceCoin, intrinsicCoin }
        : undefined
    }),
  },
  {
    code: 'premium-too-low',
    rule: 'R12',
    refuses: 'the bid is too low to be worth a sale',
    limits: 'minPriceCoin',
    exits: 'sales only',
    judge: ofOffer(({ on, option }, { limits }) => {
      const { bidPriceCoin: priceCoin } = option
      const { minPriceCoin } = limits
      return priceCoin !== null && priceCoin < minPriceCoin - NOISE
        ? { code: 'premium-too-low', on, priceCoin, minPriceCoin }
        : undefined
    }),
  },
  {
    code: 'net-premium-too-low',
    rule: 'R12',
    refuses: 'what the bid brings after its fee, in USD per coin, is too low to be worth a sale',
    limits: 'minNetPremiumUsd',
    exits: 'sales only',
    judge: ofOffer(({ on, option, account }, { limits }) => {
      const { bidPriceCoin: priceCoin } = option
      if (priceCoin === null) return undefined
      const netPremiumUsd = coinToUsd(priceCoin - feeCoin(1, { option, priceCoin }), account.spotUsd)
      const { minNetPremiumUsd: minUsd } = limits
      return netPremiumUsd < minUsd - COARSE_NOISE
        ? { code: 'net-premium-too-low', on, netPremiumUsd, minUsd }
        : undefined
    }),
  },
]
