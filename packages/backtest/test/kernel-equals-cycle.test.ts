import { describeEqualToCycle } from './equal-to-cycle.js'

describeEqualToCycle([
  { why: 'dailies, which are delivered free', first: 0, options: { tenorsDays: [1, 2], deltas: [0.2, 0.45] } },
  { why: 'dailies beside weeklies', first: 1_250, options: { tenorsDays: [1, 7], deltas: [0.15, 0.35] } },
  {
    why: 'dailies decided three times a day',
    first: 2_500,
    options: { tenorsDays: [1], deltas: [0.1, 0.3], everyHours: 8 },
  },
  {
    why: 'weeklies beside two days in a market that rises',
    first: 3_750,
    options: { tenorsDays: [2, 7], deltas: [0.25, 0.4], driftPerYear: 5 },
  },
])
