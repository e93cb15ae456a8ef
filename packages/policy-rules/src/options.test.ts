import { expect, it } from 'vitest'
import { rulesOptionsSchema } from './options.js'

it('has a default for every option', () => {
  expect(rulesOptionsSchema.parse({})).toEqual({
    deltaTarget: 0.22,
    dteTarget: 14,
    maxSizeCoin: {},
    roll: { dte: 1, when: 'in-the-money', delta: 0.8 },
    closeIfNoRoll: false,
  })
})

it('keeps the other defaults of a slice that is set in part', () => {
  expect(rulesOptionsSchema.parse({ roll: { dte: 2 } }).roll).toEqual({ dte: 2, when: 'in-the-money', delta: 0.8 })
})

it.each([
  { options: { deltaTarget: 22 }, says: 'deltaTarget' },
  { options: { dteTarget: 0 }, says: 'dteTarget' },
  { options: { maxSizeCoin: { ETH: 0 } }, says: 'maxSizeCoin' },
  { options: { roll: { when: 'never' } }, says: 'when' },
  { options: { deltaTaget: 0.2 }, says: 'deltaTaget' },
])('refuses $options and names the field', ({ options, says }) => {
  expect(() => rulesOptionsSchema.parse(options)).toThrow(says)
})
