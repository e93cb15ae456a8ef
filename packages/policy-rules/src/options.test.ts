import { expect, it } from 'vitest'
import { rulesOptionsSchema } from './options.js'

it('has a default for every option: no filter, no roll, no buy-back', () => {
  expect(rulesOptionsSchema.parse({})).toEqual({
    objective: 'coin',
    target: {
      ...{ delta: 0.22, dte: 14, minDte: 0, maxDte: null, expiry: 'any', choose: 'score', strikeAbove: 0 },
      ...{ minimumOpenInterest: 0, maximumNewContractsPercent: 100, rungs: 1 },
    },
    writeWhen: {
      ...{ green: true, red: true, cooldownMin: 0, capFactor: 1, capTargetFloor: { BTC: 0, ETH: 0 } },
      ...{
        minimumCredit: null,
        minEdge: null,
        minIvPercentile: null,
        maxDayChangePct: null,
        maxDvolRisePoints: null,
        calmHours: null,
      },
    },
    rollWhen: {
      ...{ dte: null, which: 'in-the-money', minPnl: null, pnl: null, delta: null, alwaysWhenItm: false, maxDte: null },
      ...{ creditOnly: true, maxDebit: 0.02, maintainHighWaterMark: true, closeIfUnableToRoll: false },
    },
    closeWhen: { pnl: null, minDte: 1, delta: null },
    maxSizeCoin: {},
  })
})

it('keeps the other defaults of a slice that is set in part', () => {
  expect(rulesOptionsSchema.parse({ closeWhen: { pnl: 0.8 } }).closeWhen).toEqual({ pnl: 0.8, minDte: 1, delta: null })
  expect(rulesOptionsSchema.parse({ writeWhen: { capTargetFloor: { BTC: 1 } } }).writeWhen.capTargetFloor).toEqual({
    BTC: 1,
    ETH: 0,
  })
})

it.each([
  { options: { target: { delta: 22 } }, says: 'delta' },
  { options: { target: { dte: 0 } }, says: 'dte' },
  { options: { target: { rungs: 1.5 } }, says: 'rungs' },
  { options: { target: { maximumNewContractsPercent: 0 } }, says: 'maximumNewContractsPercent' },
  { options: { target: { minDte: 20, maxDte: 10 } }, says: 'minDte 20 must not be above maxDte 10' },
  { options: { target: { minDte: 20 }, rollWhen: { maxDte: 10 } }, says: 'maxDte 10 must not be below minDte 20' },
  { options: { writeWhen: { green: false, red: false } }, says: 'nothing would ever be sold' },
  { options: { writeWhen: { capTargetFloor: { BTC: -1 } } }, says: 'capTargetFloor' },
  { options: { rollWhen: { which: 'never' } }, says: 'which' },
  { options: { closeWhen: { delta: 0 } }, says: 'delta' },
  { options: { maxSizeCoin: { ETH: 0 } }, says: 'maxSizeCoin' },
  { options: { objective: 'btc' }, says: 'objective' },
  { options: { target: { dleta: 0.2 } }, says: 'dleta' },
])('refuses $options and names the field', ({ options, says }) => {
  expect(() => rulesOptionsSchema.parse(options)).toThrow(says)
})
