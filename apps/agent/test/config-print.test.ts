import { readFileSync } from 'node:fs'
import { parse } from 'dotenv'
import { expect, it } from 'vitest'
import { readSettings } from '../src/config.js'
import { SETTING_KEYS, SETTINGS } from '../src/settings-schema.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8')

it('prints every setting with its value and origin', async () => {
  const { exitCode, stdout } = await runCli(['config', 'print', '--every', '1h'], {
    env: { DELTA_MAX: '0.3' },
    files: { '.env': 'DTE_MAX=30\n', 'ccagent.config.json': '{"UNDERLYINGS":"ETH"}' },
  })
  expect(exitCode).toBe(0)
  const [settings = '', rules = ''] = stdout.split('\nRules\n')
  expect(
    settings
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(SETTING_KEYS)
  expect(rules).toMatch(/^ {2}target\.delta +0\.2$/m)
  expect(stdout).toMatch(/^DELTA_MAX +0\.3 +environment$/m)
  expect(stdout).toMatch(/^DTE_MAX +30 +\.env$/m)
  expect(stdout).toMatch(/^UNDERLYINGS +ETH +ccagent\.config\.json$/m)
  expect(stdout).toMatch(/^LOOP_INTERVAL_SEC +3600 +--every$/m)
  expect(stdout).toMatch(/^IVRV_MIN +unset +default$/m)
  expect(stdout).toMatch(/^DRY_RUN +false +default$/m)
})

it('shows of secrets only whether they are set', async () => {
  const env = { DERIBIT_CLIENT_SECRET: 'canary-1', OPENAI_API_KEY: 'canary-2' }
  for (const flags of [[], ['--json']]) {
    const { stdout, stderr } = await runCli(['config', 'print', ...flags], { env })
    expect(stdout + stderr).not.toContain('canary')
  }
  const { stdout } = await runCli(['config', 'print'], { env })
  expect(stdout).toMatch(/^DERIBIT_CLIENT_SECRET +set +environment$/m)
  expect(stdout).toMatch(/^DERIBIT_CLIENT_ID +unset +default$/m)
  expect(stdout).toMatch(/^OPENAI_API_KEY +set +environment$/m)
})

it('prints one JSON document with --json, also for settings that this version cannot run', async () => {
  const { exitCode, stdout } = await runCli(['config', 'print', '--json'], { env: { VENUE: 'testnet' } })
  expect(exitCode).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    settings: {
      VENUE: { value: 'testnet', origin: 'environment' },
      DRY_RUN: { value: true, origin: 'default' },
      IVRV_MIN: { value: null, origin: 'default' },
      UNDERLYINGS: { value: ['BTC', 'ETH'], origin: 'default' },
    },
  })
})

it('prints what a preset sets, and what is set over it', async () => {
  const { exitCode, stdout } = await runCli(['config', 'print', '--preset', 'weekly-25-delta'], {
    env: { DELTA_MAX: '0.3', TAKE_PROFIT: '0.9' },
  })
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/^PRESET +weekly-25-delta +--preset$/m)
  expect(stdout).toMatch(/^DELTA_MIN +0\.19 +preset weekly-25-delta$/m)
  expect(stdout).toMatch(/^DELTA_MAX +0\.3 +environment$/m)
  expect(stdout).toMatch(/^MAX_MARGIN_USED_PCT +60 +default$/m)
  expect(stdout).toMatch(/^ {2}target\.delta +0\.25$/m)
  expect(stdout).toMatch(/^ {2}target\.choose +nearest-delta$/m)
  expect(stdout).toMatch(/^ {2}closeWhen\.pnl +0\.9$/m)
})

it('has an .env.example that names every setting once, with its default, and changes nothing', () => {
  const stated = example.split('\n').flatMap((line) => /^# ([A-Z_]+)=(.*)$/.exec(line)?.slice(1, 3) ?? [])
  const keys = stated.filter((_, index) => index % 2 === 0)
  expect(keys).toEqual(SETTING_KEYS)
  for (const [index, key] of SETTING_KEYS.entries()) {
    const { fallback } = SETTINGS[key]
    expect(stated[index * 2 + 1], key).toBe(fallback === undefined ? '' : String(fallback))
  }
  expect(parse(example)).toEqual({})
})

it('has an .env.example whose values are taken', () => {
  const active = example.replaceAll(/^# ([A-Z_]+=.*)$/gm, '$1')
  const none = { flags: {}, environment: {}, configFile: undefined, allowLoopback: false }
  const settings = readSettings({ ...none, folder: tempFolder({ '.env': active }) })
  expect(settings.values).toEqual(readSettings({ ...none, folder: tempFolder() }).values)
})

it('says one line about each setting in .env.example', () => {
  for (const key of SETTING_KEYS) {
    expect(example, key).toContain(`# ${SETTINGS[key].meaning}\n# ${key}=`)
  }
})

it.each([['--help'], ['run', '--help'], ['once', '--help'], ['sim', '--help'], ['config', 'print', '--help']])(
  'shows help for %j %j %j with 0',
  async (...args) => {
    const { exitCode, stdout, stderr } = await runCli(args.filter((arg) => arg !== undefined))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('Usage: ccagent')
    if (!args.includes('config')) expect(stdout.startsWith('Examples:')).toBe(true)
  },
)

it('shows its version', async () => {
  expect(await runCli(['--version'])).toMatchObject({ exitCode: 0, stdout: '0.1.0\n' })
})
