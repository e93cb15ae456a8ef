import { CURRENCIES } from '@cc/models'
import { riskLimitsSchema } from '@cc/risk'
import { stateOptionsSchema } from '@cc/state'
import { limitRange } from './limit-range.js'
import { MODEL_SETTINGS } from './model-settings.js'
import { RULE_SETTINGS } from './rule-settings.js'
import { fraction, plain, type Setting, setting } from './setting.js'
import { address, currencies, number, oneOf, secret, text, truth } from './setting-kinds.js'

const state = stateOptionsSchema.parse({})
const risk = riskLimitsSchema.parse({})

const limits = riskLimitsSchema.shape
const days = limits.dte.unwrap()
const crash = limits.crash.unwrap()
const MINUTE_MS = 60_000

const SECONDS_OF_A_YEAR = 31_536_000
const percent = (limit: Parameters<typeof limitRange>[0]) =>
  number({ what: 'percent', ...limitRange(limit) }, (value) =>
    value > 0 && value < 1 ? `Percent is meant: ${plain(value * 100)} is ${plain(value * 100)} %.` : undefined,
  )

/** Every setting, under its name in the environment, in `.env` and in `ccagent.config.json`. */
export const SETTINGS = {
  VENUE: setting(oneOf('sim', 'testnet'), 'sim', 'where it trades'),
  UNDERLYINGS: setting(currencies(), CURRENCIES, 'which coins it writes calls on'),
  DRY_RUN: setting(truth(), undefined, 'no order leaves; unset: false in the sim, true on testnet'),
  LOOP_INTERVAL_SEC: setting(
    number({ what: 'seconds', min: 1, max: SECONDS_OF_A_YEAR, whole: true }),
    900,
    'time between two cycles, seconds',
  ),
  OBJECTIVE: setting(oneOf('coin', 'usd'), 'coin', 'what results are judged in; both are always reported'),
  DELTA_MIN: setting(
    fraction('Black-Scholes delta'),
    state.deltaMin,
    'least Black-Scholes delta of a call to sell, 0 to 1',
  ),
  DELTA_MAX: setting(
    fraction('Black-Scholes delta'),
    state.deltaMax,
    'largest Black-Scholes delta of a call to sell, 0 to 1',
  ),
  DTE_MIN: setting(
    number({ what: 'days to expiry', ...limitRange(days.shape.min) }),
    state.dteMin,
    'fewest days to expiry',
  ),
  DTE_MAX: setting(
    number({ what: 'days to expiry', ...limitRange(days.shape.max), exclusiveMin: true }),
    state.dteMax,
    'most days to expiry',
  ),
  PREMIUM_MIN_USD: setting(
    number({ what: 'USD per coin', min: 0, max: 1_000_000 }),
    state.premiumMinUsd,
    'least premium after the fee, USD per coin',
  ),
  IVRV_MIN: setting(
    number({ what: 'ratio of implied to realised volatility', min: 0, max: 100, exclusiveMin: true }),
    undefined,
    'least at-the-money IV over realised volatility, a ratio such as 1.1; unset: not judged',
  ),
  MAX_SPREAD_TICKS: setting(
    number({ what: 'ticks', min: 0, max: 10_000 }),
    state.liquidity.maxSpreadTicks,
    'most ticks between bid and ask of a call to sell; what is within MAX_SPREAD_IV may have more',
  ),
  MAX_SPREAD_IV: setting(
    number({ what: 'ask IV less bid IV, a ratio', min: 0, max: 1 }, (value) =>
      value > 1 && value <= 100 ? `It is a ratio: ${value} vol points are ${plain(value / 100)}.` : undefined,
    ),
    state.liquidity.maxSpreadIv,
    'most volatility between bid and ask of a call to sell, 0.05 is 5 vol points; what is within MAX_SPREAD_TICKS may have more',
  ),
  MIN_BID_SIZE: setting(
    number({ what: 'coins', min: 0, max: 1_000_000 }),
    state.liquidity.minBidSizeCoin,
    'least size at the bid of a call to sell, coin',
  ),
  MIN_OPEN_INTEREST: setting(
    number({ what: 'coins', min: 0, max: 1_000_000 }),
    state.liquidity.minOpenInterestCoin,
    'least open interest of a call to sell, coin',
  ),
  MAX_MARGIN_USED_PCT: setting(
    percent(limits.maxMarginUsedPct),
    risk.maxMarginUsedPct,
    'initial margin over margin balance after the trade, percent, 1 to 100',
  ),
  MAX_NET_DELTA_ABS: setting(
    fraction('option delta over covered coins'),
    risk.maxNetDeltaAbs,
    'absolute Black-Scholes delta of the option book over covered coins, 0 to 1',
  ),
  MAX_EXPIRY_EXPOSURE: setting(
    number({ what: 'share of covered coins', min: 0, max: 1, exclusiveMin: true }),
    risk.maxExpiryExposure,
    'share of covered coins short on one expiry, above 0, at most 1',
  ),
  MAX_DAILY_LOSS_PCT: setting(
    percent(limits.maxDailyLossPct),
    risk.maxDailyLossPct,
    'loss of coin equity in a UTC day after which nothing more is sold that day, percent, 0.5 to 25',
  ),
  MAX_DRAWDOWN_PCT: setting(
    percent(limits.maxDrawdownPct),
    risk.maxDrawdownPct,
    'loss of coin equity since its highest after which nothing more is sold, percent, 1 to 60',
  ),
  COOLDOWN_MIN: setting(
    number({ what: 'minutes', ...limitRange(limits.cooldownMs, { unit: MINUTE_MS }) }),
    risk.cooldownMs / MINUTE_MS,
    'least time between two sales of one coin, minutes, 1 to 43200',
  ),
  MAX_OPENS_PER_DAY: setting(
    number({ what: 'sales in 24 hours', ...limitRange(limits.maxOpensPerDay) }),
    risk.maxOpensPerDay,
    'sales in 24 hours, rolls included, after which a person has to resume it, 1 to 100',
  ),
  CRASH_DAY_CHANGE_PCT: setting(
    percent(crash.shape.dayChangePct),
    risk.crash.dayChangePct,
    'move of the index within 24 hours, either way, after which nothing is sold for a day, percent, 2 to 30',
  ),
  CRASH_DVOL_POINTS: setting(
    number({ what: 'points', ...limitRange(crash.shape.dvolPoints) }),
    risk.crash.dvolPoints,
    'rise of the volatility index within 24 hours after which nothing is sold for a day, points, 2 to 50',
  ),
  MONEYNESS_MIN: setting(
    number({ what: 'strike / forward - 1', ...limitRange(limits.minMoneyness) }),
    risk.minMoneyness,
    'least strike / forward - 1 of a call to sell, -0.05 to 1; 0 is at the money',
  ),
  MAX_ORDER_USD: setting(
    number({ what: 'USD', ...limitRange(limits.maxOrderUsd), exclusiveMin: true }),
    risk.maxOrderUsd,
    'largest sale in one order in USD of the index, above 0, at most 1000000000',
  ),
  ...RULE_SETTINGS,
  ...MODEL_SETTINGS,
  DERIBIT_BASE_URL: setting(
    address('https://test.deribit.com'),
    'https://test.deribit.com',
    'address of the exchange: testnet, or this machine with --allow-loopback',
  ),
  DERIBIT_TRANSPORT: setting(
    oneOf('http', 'websocket'),
    'http',
    'how an account is reached: http asks each cycle anew, websocket keeps what the exchange tells',
  ),
  DERIBIT_CLIENT_ID: setting(secret(), undefined, 'testnet API key; secret'),
  DERIBIT_CLIENT_SECRET: setting(secret(), undefined, 'testnet API secret; secret'),
  LOG_DIR: setting(text('a folder'), 'logs', 'folder of all that lasts: decisions, intents, memory, halt switch, lock'),
}

export type SettingKey = keyof typeof SETTINGS
export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[]

/** The value of each setting; `undefined` where it has neither a value nor a default. */
export type SettingValues = {
  readonly [Key in SettingKey]: (typeof SETTINGS)[Key] extends Setting<infer T, infer Fallback> ? T | Fallback : never
}

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}
