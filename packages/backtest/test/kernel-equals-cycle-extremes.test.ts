import { describeEqualToCycle } from './equal-to-cycle.js'

describeEqualToCycle([
  { why: 'wild days', first: 5_000, options: { tenorsDays: [1, 4], deltas: [0.3, 0.45], volatility: 1.5 } },
  { why: 'wide books', first: 6_250, options: { tenorsDays: [1, 3], deltas: [0.05, 0.2], spreadVolPoints: 15 } },
  {
    why: 'ETH, sold by the coin',
    first: 7_500,
    options: { currency: 'ETH', tenorsDays: [1, 5], deltas: [0.2, 0.4] },
  },
  {
    why: 'cheap calls, of which the fee is capped',
    first: 8_750,
    options: { tenorsDays: [1, 3], deltas: [0.03, 0.08] },
  },
])
