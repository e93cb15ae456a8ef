import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tempFolder } from '../test/temp-folder.js'
import { isDryRun, readSettings, type SettingSources } from './config.js'
import { riskLimitsOf } from './part-options.js'
import { SETTING_KEYS, SETTINGS } from './settings-schema.js'

type Given = Partial<SettingSources> & { files?: Record<string, string> }

function read({ files = {}, ...sources }: Given = {}) {
  const none = { flags: {}, environment: {}, configFile: undefined, allowLoopback: false }
  return readSettings({ ...none, folder: tempFolder(files), ...sources })
}

describe('precedence', () => {
  it('is flags, environment, .env, config file, defaults', () => {
    const { values, origins } = read({
      flags: { VENUE: { flag: '--venue', text: 'sim' } },
      environment: { VENUE: 'testnet', DELTA_MAX: '0.3' },
      files: {
        '.env': 'VENUE=testnet\nDELTA_MAX=0.2\nDTE_MAX=30\n',
        'ccagent.config.json': '{ "DELTA_MAX": 0.25, "DTE_MAX": 20, "PREMIUM_MIN_USD": 7.5 }',
      },
    })
    expect(values).toMatchObject({ VENUE: 'sim', DELTA_MAX: 0.3, DTE_MAX: 30, PREMIUM_MIN_USD: 7.5, DTE_MIN: 5 })
    expect(origins).toMatchObject({
      VENUE: '--venue',
      DELTA_MAX: 'environment',
      DTE_MAX: '.env',
      PREMIUM_MIN_USD: 'ccagent.config.json',
      DTE_MIN: 'default',
    })
  })

  it('has the defaults that the documentation states', () => {
    expect(read().values).toEqual({
      VENUE: 'sim',
      UNDERLYINGS: ['BTC', 'ETH'],
      DRY_RUN: undefined,
      LOOP_INTERVAL_SEC: 900,
      OBJECTIVE: 'coin',
      DELTA_MIN: 0.1,
      DELTA_MAX: 0.35,
      DTE_MIN: 5,
      DTE_MAX: 45,
      PREMIUM_MIN_USD: 5,
      IVRV_MIN: undefined,
      MAX_SPREAD_TICKS: 3,
      MAX_SPREAD_IV: 0.05,
      MIN_BID_SIZE: 0,
      MIN_OPEN_INTEREST: 0,
      MAX_MARGIN_USED_PCT: 60,
      MAX_NET_DELTA_ABS: 0.8,
      MAX_EXPIRY_EXPOSURE: 1,
      MAX_DAILY_LOSS_PCT: 8,
      MAX_DRAWDOWN_PCT: 20,
      COOLDOWN_MIN: 30,
      MAX_OPENS_PER_DAY: 10,
      CRASH_DAY_CHANGE_PCT: 8,
      CRASH_DVOL_POINTS: 10,
      MONEYNESS_MIN: 0,
      MAX_ORDER_USD: 1_000_000,
      PRESET: undefined,
      TAKE_PROFIT: undefined,
      CLOSE_DELTA: undefined,
      ROLL_DTE: undefined,
      ROLL_DELTA: undefined,
      ROLL_MAX_DEBIT: undefined,
      CLOSE_IF_NO_ROLL: undefined,
      WRITE_ON: undefined,
      IV_PERCENTILE_MIN: undefined,
      MAX_COVERAGE: 1,
      LLM_ENABLED: false,
      LLM_MODEL_NAME: 'gpt-6-luna',
      LLM_MODE: 'act',
      LLM_FALLBACK: 'nothing',
      LLM_TRANSPORT: 'responses',
      LLM_ANSWER_FORMAT: 'json-schema',
      LLM_DEADLINE_SEC: 20,
      LLM_MAX_CALLS_PER_HOUR: 60,
      LLM_MAX_USD_PER_CALL: 0.05,
      LLM_MAX_USD_PER_DAY: 1,
      LLM_CASSETTE: undefined,
      LLM_CASSETTE_MODE: 'auto',
      OPENAI_API_KEY: undefined,
      OPENAI_BASE_URL: undefined,
      AI_INTEGRATIONS_OPENAI_API_KEY: undefined,
      AI_INTEGRATIONS_OPENAI_BASE_URL: undefined,
      DERIBIT_BASE_URL: 'https://test.deribit.com',
      DERIBIT_TRANSPORT: 'http',
      DERIBIT_CLIENT_ID: undefined,
      DERIBIT_CLIENT_SECRET: undefined,
      LOG_DIR: 'logs',
    })
  })

  it('trades the paper money of the sim, and nothing on testnet, where DRY_RUN is unset', () => {
    expect(isDryRun(read().values)).toBe(false)
    expect(isDryRun(read({ environment: { VENUE: 'testnet' } }).values)).toBe(true)
    expect(isDryRun(read({ environment: { VENUE: 'testnet', DRY_RUN: 'false' } }).values)).toBe(false)
    expect(isDryRun(read({ environment: { DRY_RUN: 'true' } }).values)).toBe(true)
  })

  it.each([
    ['DELTA_MAX 0.3\n', '.env line 1 is not KEY=value'],
    ['# fine\n\nDELTA MAX=0.3\n', '.env line 3 is not KEY=value'],
    ['delta_max=0.3\n', 'delta_max (.env) is written DELTA_MAX'],
    ['DELTA_MAX=0.3\nDELTA_MAX=0.2\n', 'DELTA_MAX (.env) stands there twice'],
  ])('refuses the .env %j', (text, says) => {
    expect(messageOf(() => read({ files: { '.env': text } }))).toContain(says)
  })

  it('leaves other programs’ keys and process.env alone', () => {
    const before = { ...process.env }
    const { values } = read({
      environment: { PATH: '/bin', HOME: '/root', VALUE: '7', LOG_LEVEL: 'debug', delta_max: 'x' },
      files: { '.env': 'DTE_MAX=30\nSOMETHING_ELSE=1\n' },
    })
    expect(values.DTE_MAX).toBe(30)
    expect(process.env).toEqual(before)
  })

  it('takes a list or a text for UNDERLYINGS in the config file', () => {
    expect(read({ files: { 'ccagent.config.json': '{"UNDERLYINGS":["ETH"]}' } }).values.UNDERLYINGS).toEqual(['ETH'])
    expect(read({ files: { 'ccagent.config.json': '{"UNDERLYINGS":"ETH,BTC"}' } }).values.UNDERLYINGS).toEqual([
      'ETH',
      'BTC',
    ])
  })

  it('takes empty text for unset where there is no default', () => {
    const unset = SETTING_KEYS.filter((key) => SETTINGS[key].fallback === undefined)
    expect(unset).toEqual(expect.arrayContaining(['DRY_RUN', 'IVRV_MIN', 'OPENAI_API_KEY', 'OPENAI_BASE_URL']))
    const environment = Object.fromEntries(unset.map((key) => [key, '']))
    const files = { '.env': unset.map((key) => `${key}=\n`).join('') }
    for (const given of [{ environment }, { files }]) expect(read(given)).toEqual(read())
  })
})

/** Text in the environment, and words that the message must have. */
const WRONG_VALUES: [key: string, text: string, ...words: string[]][] = [
  ['VENUE', 'deribit', 'VENUE=deribit (environment)', 'sim or testnet'],
  ['VENUE', 'SIM', 'VENUE=SIM'],
  ['UNDERLYINGS', 'DOGE', 'UNDERLYINGS=DOGE', 'BTC, ETH or BTC,ETH'],
  ['UNDERLYINGS', 'BTC,BTC', 'UNDERLYINGS=BTC,BTC'],
  ['UNDERLYINGS', 'BTC, ETH', 'UNDERLYINGS='],
  ['UNDERLYINGS', '', 'UNDERLYINGS=""'],
  ['DRY_RUN', 'yes', 'DRY_RUN=yes', 'true or false'],
  ['DRY_RUN', '1', 'DRY_RUN=1'],
  ['LOOP_INTERVAL_SEC', '0', 'LOOP_INTERVAL_SEC=0', 'seconds, a whole number, 1 to 31536000'],
  ['LOOP_INTERVAL_SEC', '-1', '-1'],
  ['LOOP_INTERVAL_SEC', '1.5', '1.5'],
  ['LOOP_INTERVAL_SEC', '1e3', '1e3'],
  ['LOOP_INTERVAL_SEC', '0x10', '0x10'],
  ['LOOP_INTERVAL_SEC', '1_000', '1_000'],
  ['LOOP_INTERVAL_SEC', ' 900', '" 900"'],
  ['LOOP_INTERVAL_SEC', '', '""'],
  ['LOOP_INTERVAL_SEC', 'abc', 'abc'],
  ['OBJECTIVE', 'btc', 'coin or usd'],
  ['DELTA_MAX', '35', 'DELTA_MAX=35', 'a plain decimal, 0 to 1', '35 % is 0.35'],
  ['DELTA_MAX', 'NaN', 'NaN'],
  ['DELTA_MAX', 'Infinity', 'Infinity'],
  ['DELTA_MAX', '0,35', '0,35'],
  ['DELTA_MIN', '-0.1', '-0.1'],
  ['DELTA_MIN', '-0', '-0'],
  ['DELTA_MIN', '.1', '.1'],
  ['DTE_MIN', '-1', 'days to expiry'],
  ['DTE_MAX', '401', 'above 0, at most 400'],
  ['DTE_MAX', '0', 'DTE_MAX=0'],
  ['PREMIUM_MIN_USD', '$5', 'USD per coin'],
  ['IVRV_MIN', '110%', 'ratio'],
  ['MAX_SPREAD_TICKS', '-1', 'ticks, a plain decimal, 0 to 10000'],
  ['MAX_SPREAD_IV', '5', 'ask IV less bid IV, a ratio, a plain decimal, 0 to 1', '5 vol points are 0.05'],
  ['MAX_SPREAD_IV', '5%', 'ratio'],
  ['MIN_BID_SIZE', '1 BTC', 'coins'],
  ['MIN_OPEN_INTEREST', '-0.5', 'coins'],
  ['MAX_MARGIN_USED_PCT', '0.6', 'MAX_MARGIN_USED_PCT=0.6', 'percent', '1 to 100', '60 is 60 %'],
  ['MAX_MARGIN_USED_PCT', '0.07', '7 is 7 %'],
  ['MAX_MARGIN_USED_PCT', '101', '1 to 100'],
  ['MAX_NET_DELTA_ABS', '80', '80 % is 0.8'],
  ['MAX_EXPIRY_EXPOSURE', '0', 'above 0, at most 1'],
  ['MAX_DAILY_LOSS_PCT', '26', 'MAX_DAILY_LOSS_PCT=26', 'percent', '0.5 to 25'],
  ['MAX_DAILY_LOSS_PCT', '0.08', '0.5 to 25', '8 is 8 %'],
  ['MAX_DRAWDOWN_PCT', '61', '1 to 60'],
  ['MAX_DRAWDOWN_PCT', '0', '1 to 60'],
  ['COOLDOWN_MIN', '0', 'minutes, a plain decimal, 1 to 43200'],
  ['COOLDOWN_MIN', '43201', '1 to 43200'],
  ['MAX_OPENS_PER_DAY', '101', 'a whole number, 1 to 100'],
  ['MAX_OPENS_PER_DAY', '1.5', 'a whole number'],
  ['CRASH_DAY_CHANGE_PCT', '31', '2 to 30'],
  ['CRASH_DAY_CHANGE_PCT', '0.08', 'Percent is meant: 8 is 8 %'],
  ['CRASH_DVOL_POINTS', '1', 'points, a plain decimal, 2 to 50'],
  ['MONEYNESS_MIN', '-0.06', '-0.05 to 1'],
  ['MAX_ORDER_USD', '0', 'above 0, at most 1000000000'],
  ['MAX_ORDER_USD', '1000000001', 'at most 1000000000'],
  ['LLM_ENABLED', 'TRUE', 'true or false'],
  ['LLM_MODE', 'talk', 'act or shadow'],
  ['LLM_MODEL_NAME', '', 'name of a model'],
  ['LOG_DIR', '', 'LOG_DIR=""'],
  ['LOG_DIR', 'a\0b', 'LOG_DIR="a\\u0000b"'],
]

it.each(WRONG_VALUES)('refuses %s=%j', (key, text, ...words) => {
  const message = messageOf(() => read({ environment: { [key]: text } }))
  for (const word of [key, '(environment)', ...words]) expect(message).toContain(word)
})

it.each([
  ['a number as text', '{"DELTA_MAX":"0.3"}', 'DELTA_MAX=0.3 (ccagent.config.json)'],
  ['an unknown key, naming the nearest', '{"deltaMax":0.3}', 'DELTA_MAX'],
  ['a number that JSON cannot hold', '{"DTE_MAX":1e400}', 'DTE_MAX=Infinity'],
  ['null', '{"DTE_MAX":null}', 'DTE_MAX=null'],
  ['an object as value', '{"DTE_MAX":{"days":30}}', 'DTE_MAX={"days":30}'],
  ['a prototype key', '{"__proto__":{"VENUE":"testnet"}}', '"__proto__"'],
  ['a key twice', '{"DTE_MAX":30, "DTE_MAX":40}', '"DTE_MAX" twice'],
  ['a key twice, once in disguise', '{"DTE_MAX":30, "DTE\\u005fMAX":40}', '"DTE_MAX" twice'],
  ['an array', '[]', 'one JSON object'],
  ['null as a whole', 'null', 'one JSON object'],
  ['an empty file', '', 'not JSON'],
  ['a trailing comma, naming the line', '{\n"DTE_MAX":30,\n}', 'line 3'],
  ['a byte order mark', '\ufeff{}', 'not JSON'],
  ['YAML', 'DTE_MAX: 30', 'not JSON'],
])('refuses %s in the config file', (_, text, words) => {
  expect(messageOf(() => read({ files: { 'ccagent.config.json': text } }))).toContain(words)
})

it('refuses a config file that is missing, a folder, or no settings at all', () => {
  expect(messageOf(() => read({ configFile: 'none.json' }))).toContain('--config none.json: there is no such file')
  expect(messageOf(() => read({ configFile: '.' }))).toContain('. cannot be read')
  expect(messageOf(() => read({ configFile: 'a\0b' }))).toContain('cannot be read')
  expect(messageOf(() => read({ files: { 'ccagent.config.json': ' '.repeat(1_000_001) } }))).toContain('too large')
  expect(messageOf(() => read({ files: { '.env/x': '' } }))).toContain('.env cannot be read')
})

it.each([
  ['DELTA_MXA', 'DELTA_MAX'],
  ['DETLA_MAX', 'DELTA_MAX'],
  ['VENEU', 'VENUE'],
  ['LOGDIR', 'LOG_DIR'],
  ['DRYRUN', 'DRY_RUN'],
  ['MAX_MARGIN_USED_PERCENT_', 'none'],
  ['DERIBIT_CLIENT_SECRETS', 'DERIBIT_CLIENT_SECRET'],
])('takes %s in the environment and in .env for a slip of the pen', (key, meant) => {
  if (meant === 'none') return expect(() => read({ environment: { [key]: '1' } })).not.toThrow()
  expect(messageOf(() => read({ environment: { [key]: '1' } }))).toBe(
    `${key} (environment) is no setting. Did you mean ${meant}?`,
  )
  expect(messageOf(() => read({ files: { '.env': `${key}=1\n` } }))).toContain(`${key} (.env)`)
})

it('names both sides of a pair that is upside down, with their origins', () => {
  expect(messageOf(() => read({ environment: { DELTA_MIN: '0.4' } }))).toBe(
    'DELTA_MIN=0.4 (environment) is above DELTA_MAX=0.35 (default).',
  )
  expect(messageOf(() => read({ files: { 'ccagent.config.json': '{"DTE_MAX":4}' } }))).toBe(
    'DTE_MIN=5 (default) is above DTE_MAX=4 (ccagent.config.json).',
  )
})

it('tells everything that is wrong at once', () => {
  const message = messageOf(() => read({ environment: { DELTA_MAX: '35', DTE_MAX: 'x', VENEU: 'sim' } }))
  expect(message.split('\n')).toHaveLength(4)
  expect(message).toContain('3 settings are wrong')
})

it('judges also what another place overrides', () => {
  expect(
    messageOf(() => read({ environment: { DTE_MAX: '30' }, files: { 'ccagent.config.json': '{"DTE_MAX":-1}' } })),
  ).toContain('DTE_MAX=-1 (ccagent.config.json)')
})

it.each(['DERIBIT_CLIENT_ID', 'DERIBIT_CLIENT_SECRET', 'OPENAI_API_KEY', 'AI_INTEGRATIONS_OPENAI_API_KEY'])(
  'never repeats %s',
  (key) => {
    const inFile = messageOf(() => read({ files: { 'ccagent.config.json': `{"${key}":"canary"}` } }))
    const withSpace = messageOf(() => read({ environment: { [key]: 'canary with spaces' } }))
    const withBreak = messageOf(() => read({ environment: { [key]: 'canary\n' } }))
    for (const message of [inFile, withSpace, withBreak]) {
      expect(message).toContain(key)
      expect(message).not.toContain('canary')
    }
  },
)

it.each([0o644, 0o640, 0o602])('refuses a .env of mode %o that holds a secret', (mode) => {
  const folder = tempFolder({ '.env': 'DERIBIT_CLIENT_SECRET=canary\n' })
  chmodSync(join(folder, '.env'), mode)
  const message = messageOf(() => read({ folder }))
  expect(message).toContain('.env holds DERIBIT_CLIENT_SECRET')
  expect(message).toContain('chmod 600 .env')
  expect(message).not.toContain('canary')
})

it('takes a .env that holds a secret for its owner alone, and any that holds none', () => {
  const folder = tempFolder({ '.env': 'DERIBIT_CLIENT_SECRET=canary\n' })
  chmodSync(join(folder, '.env'), 0o600)
  expect(read({ folder }).values.DERIBIT_CLIENT_SECRET).toBe('canary')
  const open = tempFolder({ '.env': 'DERIBIT_CLIENT_SECRET=\nDTE_MAX=30\n' })
  chmodSync(join(open, '.env'), 0o644)
  expect(read({ folder: open }).values.DTE_MAX).toBe(30)
})

it.each(['<client-id>', 'your-client-id', 'YOUR_SECRET', 'xxxx', '...', 'changeme', 'change-me', 'TODO'])(
  'takes %s for no key',
  (text) => {
    const message = messageOf(() => read({ environment: { DERIBIT_CLIENT_ID: text } }))
    expect(message).toContain('DERIBIT_CLIENT_ID (environment): expected one word without spaces, and no placeholder')
    expect(message).not.toContain(text)
  },
)

it('never repeats an address, which may hold a password', () => {
  const environment = {
    OPENAI_BASE_URL: 'https://user:canary@example.com',
    DERIBIT_BASE_URL: 'https://user:canary@test.deribit.com',
  }
  for (const [key, value] of Object.entries(environment)) {
    const message = messageOf(() => read({ environment: { [key]: value } }))
    expect(message).toContain(key)
    expect(message).not.toContain('canary')
  }
})

it('judges the address of the exchange also where it is not used', () => {
  const environment = { VENUE: 'sim', DERIBIT_BASE_URL: 'https://www.deribit.com' }
  expect(messageOf(() => read({ environment }))).toContain('"www.deribit.com"')
})

function messageOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'agent/usage', recovery: 'halt' })
    return (error as Error).message
  }
  throw new Error('nothing was refused')
}

it('hands every rail that is set to risk, from one end of its range to the other', () => {
  const limitsUnder = (environment: Record<string, string>) => riskLimitsOf(read({ environment }).values, { BTC: 0.5 })
  expect(limitsUnder({})).toMatchObject({
    delta: { min: 0.1, max: 0.35 },
    dte: { min: 5, max: 45 },
    minMoneyness: 0,
    minNetPremiumUsd: 5,
    minIvrv: null,
    maxOrderCoin: { BTC: 0.5, ETH: 50 },
    cooldownMs: 1_800_000,
    spread: { ticks: 3 },
  })
  const loosest = {
    DELTA_MIN: '0',
    DELTA_MAX: '1',
    DTE_MIN: '0',
    DTE_MAX: '400',
    PREMIUM_MIN_USD: '0',
    IVRV_MIN: '100',
    MAX_SPREAD_TICKS: '10000',
    MAX_DAILY_LOSS_PCT: '25',
    MAX_DRAWDOWN_PCT: '60',
    COOLDOWN_MIN: '1',
    MAX_OPENS_PER_DAY: '100',
    MONEYNESS_MIN: '-0.05',
    MAX_ORDER_USD: '1000000000',
  }
  expect(limitsUnder(loosest)).toMatchObject({
    dte: { min: 0, max: 400 },
    minMoneyness: -0.05,
    maxDailyLossPct: 25,
    maxDrawdownPct: 60,
    cooldownMs: 60_000,
    maxOpensPerDay: 100,
    maxOrderUsd: 1e9,
    spread: { ticks: 100 },
  })
  const tightest = { COOLDOWN_MIN: '43200', MAX_OPENS_PER_DAY: '1', MAX_DAILY_LOSS_PCT: '0.5', MAX_SPREAD_TICKS: '0.5' }
  expect(limitsUnder(tightest)).toMatchObject({ cooldownMs: 2_592_000_000, maxOpensPerDay: 1, spread: { ticks: 3 } })
})
