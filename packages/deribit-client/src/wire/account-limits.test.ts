import { expect, it } from 'vitest'
import { readLimits } from './account-limits.js'

const nonMatching = { rate: 1000, burst: 1500 }

it.each([
  {
    why: 'flat numbers, of 2020',
    limits: { non_matching_engine: 200, non_matching_engine_burst: 300, matching_engine: 2, matching_engine_burst: 20 },
    expected: { nonMatching: { rate: 200, burst: 300 }, matching: { rate: 2, burst: 20 } },
  },
  {
    why: 'one rate per engine',
    limits: { non_matching_engine: nonMatching, matching_engine: { rate: 5, burst: 20 } },
    expected: { nonMatching, matching: { rate: 5, burst: 20 } },
  },
  {
    why: 'pools within the engine',
    limits: {
      limits_per_currency: false,
      non_matching_engine: nonMatching,
      matching_engine: {
        trading: { total: { rate: 5, burst: 20 } },
        spot: { rate: 200, burst: 250 },
        maximum_quotes: { rate: 500, burst: 500 },
        cancel_all: { rate: 200, burst: 250 },
      },
    },
    expected: { nonMatching, matching: { rate: 5, burst: 20 }, cancelAll: { rate: 200, burst: 250 } },
  },
  {
    why: 'pools by currency: the tightest',
    limits: {
      limits_per_currency: true,
      non_matching_engine: nonMatching,
      matching_engine: {
        cancel_all: { rate: 200, burst: 250 },
        spot: { rate: 1, burst: 1 },
        btc: { trading: { total: { rate: 30, burst: 20 } }, maximum_quotes: { rate: 1, burst: 1 } },
        eth: { trading: { total: { rate: 5, burst: 100 } } },
      },
    },
    expected: { nonMatching, matching: { rate: 5, burst: 20 }, cancelAll: { rate: 200, burst: 250 } },
  },
])('reads $why', ({ limits, expected }) => {
  expect(readLimits(limits)).toEqual(expected)
})

it.each([
  null,
  undefined,
  {},
  { matching_engine: null, non_matching_engine: 'fast' },
  { matching_engine: { trading: { total: { rate: 0, burst: 20 } } } },
  { matching_engine: { trading: { total: { rate: '5', burst: 20 } } } },
  { matching_engine: [], non_matching_engine: { rate: 5 } },
])('leaves out what it does not understand: %j', (limits) => {
  expect(readLimits(limits)).toEqual({})
})
