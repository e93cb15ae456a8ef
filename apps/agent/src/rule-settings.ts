import { PRESET_NAMES, rulesOptionsSchema } from '@cc/policy-rules'
import { fraction, setting } from './setting.js'
import { number, oneOf, truth } from './setting-kinds.js'

const rules = rulesOptionsSchema.parse({})

/** How calls are managed, and when none is sold. What is unset is left to the preset, or is not done. */
export const RULE_SETTINGS = {
  PRESET: setting(
    oneOf(...PRESET_NAMES),
    undefined,
    'a published strategy with the limits that belong to it; every other setting that is given wins over it',
  ),
  TAKE_PROFIT: setting(
    fraction('share of the premium', { exclusiveMin: true }),
    undefined,
    'share of its premium kept at which a call is bought back, above 0, at most 1; unset: it is left to settle',
  ),
  CLOSE_DELTA: setting(
    fraction('Black-Scholes delta', { exclusiveMin: true }),
    undefined,
    'delta from which on a call is bought back to defend the coins, above 0, at most 1; unset: never',
  ),
  ROLL_DTE: setting(
    number({ what: 'days to expiry', min: 0, max: 400 }),
    undefined,
    'days to expiry from which on a call in the money is rolled; unset: it is left to settle',
  ),
  ROLL_DELTA: setting(
    fraction('Black-Scholes delta'),
    undefined,
    'delta from which on a call is rolled, however far its expiry is, 0 to 1; unset: never',
  ),
  ROLL_MAX_DEBIT: setting(
    fraction('coin per coin'),
    undefined,
    'most that a roll may cost, coin per coin, 0 to 1; unset: it must bring more than it costs',
  ),
  CLOSE_IF_NO_ROLL: setting(
    truth(),
    undefined,
    'whether what is due for a roll and cannot be rolled is bought back; unset: it is left to settle',
  ),
  WRITE_ON: setting(
    oneOf('any', 'green', 'red'),
    undefined,
    'days to sell calls on: green ones, on which the coin is higher than 24 hours ago, red ones, or any; unset: any',
  ),
  IV_PERCENTILE_MIN: setting(
    fraction('share of the days of a year'),
    undefined,
    'least percentile of the volatility index over a year for a sale, 0 to 1; unset: not judged',
  ),
  MAX_COVERAGE: setting(
    fraction('share of covered coins', { exclusiveMin: true }),
    rules.writeWhen.capFactor,
    'share of the coins that calls may be sold on, above 0, at most 1; the rest stays uncovered',
  ),
}
