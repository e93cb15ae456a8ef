import { instrumentForTest } from '@cc/models/testing'
import { expect, it } from 'vitest'
import { perFixedList } from './fixed-list.js'

const option = instrumentForTest('BTC-30JAN26-100000-C')
const frozen = () => {
  const tickSteps = Object.freeze(option.tickSteps.map((step) => Object.freeze({ ...step })))
  return Object.freeze({ ...option, tickSteps })
}

it('computes once of a list that nobody can change', () => {
  let computed = 0
  const count = perFixedList((instruments) => {
    computed += 1
    return instruments.length
  })
  const list = Object.freeze([frozen()])
  expect([count(list), count(list), computed]).toEqual([1, 1, 1])
  expect([count(Object.freeze([frozen(), frozen()])), computed]).toEqual([2, 2])
})

it.each([
  ['the list', () => [frozen()]],
  ['an instrument', () => Object.freeze([frozen(), { ...option }])],
  [
    'its ticks',
    () => Object.freeze([Object.freeze({ ...option, tickSteps: option.tickSteps.map((s) => ({ ...s })) })]),
  ],
  [
    'one of its ticks',
    () =>
      Object.freeze([
        Object.freeze({ ...option, tickSteps: Object.freeze([{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }]) }),
      ]),
  ],
])('computes anew where %s could change', (_, list) => {
  let computed = 0
  const count = perFixedList(() => (computed += 1))
  const made = list()
  expect([count(made), count(made)]).toEqual([1, 2])
})
