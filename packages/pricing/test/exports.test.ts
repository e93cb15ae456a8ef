import * as pricing from '@cc/pricing'
import { expect, it } from 'vitest'

it('exports these names and no others', () => {
  expect(Object.keys(pricing).sort()).toEqual([
    'DELIVERY_FEE_RATE',
    'MS_PER_YEAR',
    'PERIODS_PER_YEAR',
    'TRADE_FEE_CAP',
    'black76',
    'closeToCloseVolatility',
    'daysBetween',
    'deliveryFeeCoin',
    'isOnStep',
    'isOnTick',
    'moneyness',
    'nextPriceDown',
    'nextPriceUp',
    'payoutCoin',
    'premiumUsd',
    'roundPriceDown',
    'roundPriceUp',
    'roundSizeDown',
    'shortCallMargin',
    'tickSizeAt',
    'tradeFeeCoin',
    'yearsBetween',
  ])
})
