import type { ImpliedVolatilityInput } from '@cc/pricing'

/**
 * Volatilities of the doubles in `priceUsd`, which are Black-76 prices rounded once (but for one round price): root of the textbook's formula at 80
 * digits with mpmath 1.3.0, on the exact values of the doubles below.
 */
export const IMPLIED_VOLATILITY_ROWS: readonly { why: string; input: ImpliedVolatilityInput; iv: number }[] = [
  {
    why: 'a weekly 10-delta call',
    input: {
      forwardUsd: 64250.5,
      strikeUsd: 71000,
      expiryYears: 0.019178082191780823,
      priceUsd: 130.70914896866012,
      kind: 'call',
    },
    iv: 0.48,
  },
  {
    why: 'an in-the-money call, whose price spends digits on its intrinsic value',
    input: {
      forwardUsd: 64250.5,
      strikeUsd: 60000,
      expiryYears: 0.0821917808219178,
      priceUsd: 6198.141625697829,
      kind: 'call',
    },
    iv: 0.52,
  },
  {
    why: 'a put far in the wing',
    input: {
      forwardUsd: 60000,
      strikeUsd: 21000,
      expiryYears: 0.019178082191780823,
      priceUsd: 5.360854192218316e-19,
      kind: 'put',
    },
    iv: 0.8,
  },
  {
    why: 'a call thirteen deviations away',
    input: {
      forwardUsd: 3000,
      strikeUsd: 4400,
      expiryYears: 0.005479452054794521,
      priceUsd: 1.1760878558715291e-37,
      kind: 'call',
    },
    iv: 0.4,
  },
  {
    why: 'at the money, a quiet hour to go',
    input: {
      forwardUsd: 60000,
      strikeUsd: 60000,
      expiryYears: 0.00011415525114155251,
      priceUsd: 12.78731201632677,
      kind: 'put',
    },
    iv: 0.05,
  },
  {
    why: 'a thousandth of a dollar from the money',
    input: {
      forwardUsd: 98765.43,
      strikeUsd: 98765.431,
      expiryYears: 0.0027397260273972603,
      priceUsd: 639.3301482915995,
      kind: 'call',
    },
    iv: 0.31,
  },
  {
    why: 'two years at 400 %, worth nearly the forward',
    input: { forwardUsd: 60000, strikeUsd: 90000, expiryYears: 2.0, priceUsd: 59656.99574369053, kind: 'call' },
    iv: 3.999999999999996,
  },
  {
    why: 'two years at 400 %, worth nearly the strike',
    input: { forwardUsd: 60000, strikeUsd: 12000, expiryYears: 2.0, priceUsd: 11878.659103754571, kind: 'put' },
    iv: 3.9999999999999987,
  },
  {
    why: 'where the mirrored tail takes over',
    input: { forwardUsd: 60000, strikeUsd: 60500, expiryYears: 0.25, priceUsd: 12459.168767479603, kind: 'call' },
    iv: 1.07,
  },
  {
    why: 'where it does not yet',
    input: { forwardUsd: 60000, strikeUsd: 60500, expiryYears: 0.25, priceUsd: 12227.130000874107, kind: 'call' },
    iv: 1.05,
  },
  {
    why: 'just above three fifths of the forward',
    input: { forwardUsd: 2500, strikeUsd: 2600, expiryYears: 1.0, priceUsd: 1520.3419015788377, kind: 'call' },
    iv: 1.7399999999999998,
  },
  {
    why: 'just below three fifths of the forward',
    input: { forwardUsd: 2500, strikeUsd: 2600, expiryYears: 1.0, priceUsd: 1492.2416751489313, kind: 'call' },
    iv: 1.7,
  },
  {
    why: 'a cheap coin at five times the forward',
    input: { forwardUsd: 100, strikeUsd: 500, expiryYears: 0.5, priceUsd: 1.9729640285022476, kind: 'call' },
    iv: 1.2,
  },
  {
    why: 'a millionth below the forward',
    input: { forwardUsd: 60000, strikeUsd: 60000, expiryYears: 2, priceUsd: 59999.94, kind: 'call' },
    iv: 6.9178214745697995,
  },
  {
    why: 'an in-the-money call whose intrinsic value no double holds',
    input: {
      forwardUsd: 64250.37,
      strikeUsd: 10000.3,
      expiryYears: 0.019178082191780823,
      priceUsd: 54250.0700006101,
      kind: 'call',
    },
    iv: 2.1999998898271014,
  },
]
