import { parseSymbol } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shortCall } from '../test/agent-state.js'
import { anyOptions, anyState } from '../test/any-state.js'
import { boughtBack, candidateNamed, positionNamed } from '../test/named.js'
import { buyBackCoin } from './close-call.js'
import { decideAction } from './decide-action.js'
import { mandatoryExit } from './mandatory-exit.js'

it('a mandatory exit is the decision where there is one, and buys back', () => {
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const exit = mandatoryExit(state, options)
      if (exit === undefined) return
      expect(exit.proposal.action).toBe('CLOSE_COVERED_CALL')
      expect(state.memory.mode).not.toBe('halted')
      expect(decideAction(state, options)).toEqual(exit)
    }),
    { numRuns: 400 },
  )
})

it('a mandatory exit of what lacks cover ends the lack, its own costs paid, or buys back the whole call', () => {
  let exits = 0
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const exit = mandatoryExit(state, options)
      if (exit?.proposal.action !== 'CLOSE_COVERED_CALL') return
      const { symbol, size } = exit.proposal.params
      const lack = exit.rules?.find(({ rule, fired }) => rule === 'cover-lacking' && fired)
      if (lack?.subject !== parseSymbol(symbol)?.currency || exit.proposal.reasoning.includes('to defend')) return
      exits++
      const { instrument, sizeCoin, askPriceCoin } = positionNamed(symbol, state)
      const lackingCoin = Number(lack?.facts.shortCoin) - Number(lack?.facts.coveredCoin)
      const leftCoin = lackingCoin - size * (1 - buyBackCoin(instrument, askPriceCoin!))
      const isWhole = -sizeCoin - size < Math.max(instrument.sizeStepCoin, instrument.minSizeCoin)
      expect(isWhole || leftCoin <= 1e-9).toBe(true)
      // A step less would not do, but for the smallest order.
      const freedCoin = (size - instrument.sizeStepCoin) * (1 - buyBackCoin(instrument, askPriceCoin!))
      expect(size <= instrument.minSizeCoin + 1e-9 || freedCoin < lackingCoin).toBe(true)
    }),
    { numRuns: 3_000 },
  )
  expect(exits).toBeGreaterThan(50)
})

it('what is sold is neither bought back nor rolled at once', () => {
  let opens = 0
  fc.assert(
    fc.property(anyState, anyOptions, (state, options) => {
      const { proposal } = decideAction(state, options)
      if (proposal.action !== 'OPEN_COVERED_CALL') return
      opens++
      const { symbol, size } = proposal.params
      const { instrument, dte, delta, moneyness, ...call } = candidateNamed(symbol, state)
      const { bidPriceCoin, askPriceCoin } = call
      const position = shortCall({
        ...{
          instrument,
          dte,
          delta,
          moneyness,
          inTheMoney: moneyness < 0,
          sizeCoin: -size,
          bidPriceCoin,
          askPriceCoin,
        },
        premiumCaptured: askPriceCoin === null ? null : 1 - askPriceCoin / bidPriceCoin,
      })
      const underlyings = state.underlyings.map((one) => {
        if (one.currency !== instrument.currency) return one
        const { positions, coverage } = one.portfolio
        const coveredCoin = coverage.coveredCoin + size * call.netPremiumCoin
        const committedCoin = coverage.committedCoin + size
        const after = { coveredCoin, committedCoin, freeCoin: Math.max(0, coveredCoin - committedCoin) }
        return { ...one, portfolio: { ...one.portfolio, positions: [...positions, position], coverage: after } }
      })
      expect(boughtBack(decideAction({ ...state, underlyings }, options).proposal)?.symbol).not.toBe(symbol)
    }),
    { numRuns: 2_500 },
  )
  expect(opens).toBeGreaterThan(50)
})
