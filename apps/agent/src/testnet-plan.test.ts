import { expect, it } from 'vitest'
import { readSettings } from './config.js'
import type { Flags } from './flags.js'
import { planDeribit } from './testnet-plan.js'

const KEY = { DERIBIT_CLIENT_ID: 'an-id', DERIBIT_CLIENT_SECRET: 'canary' }

function plan(flags: Flags = {}, environment: Record<string, string> = KEY) {
  const settings = readSettings({
    flags: { VENUE: { flag: '--venue', text: 'testnet' } },
    environment,
    folder: '/none',
    configFile: undefined,
    allowLoopback: true,
  })
  return planDeribit(flags, settings, environment)
}

it('is the testnet, with the key that is set', () => {
  const { credentials, ...rest } = plan()
  expect(rest).toEqual({
    kind: 'deribit',
    baseUrl: 'https://test.deribit.com',
    host: 'test.deribit.com',
    isLocal: false,
    transport: 'http',
    staysOn: true,
    underlyings: ['BTC', 'ETH'],
    needsAll: false,
  })
  expect(credentials()).toEqual({ clientId: 'an-id', clientSecret: 'canary' })
})

it('knows an exchange on this machine by its address', () => {
  expect(plan({}, { ...KEY, DERIBIT_BASE_URL: 'http://127.0.0.1:8080' })).toMatchObject({
    host: '127.0.0.1:8080',
    isLocal: true,
  })
})

it('is data that shows no secret', () => {
  expect(JSON.stringify(plan())).not.toContain('canary')
})

it.each<[Flags, string]>([
  [{ market: 'synthetic' }, '--market synthetic'],
  [{ market: 'chain.json' }, '--market chain.json'],
  [{ seed: 1 }, '--seed 1'],
  [{ start: 0 }, '--start'],
  [{ deposit: { BTC: 2 } }, '--deposit'],
  [{ speed: 'max' }, '--speed max'],
  [{ speed: 60 }, '--speed 60'],
  [{ fresh: true }, '--fresh'],
])('refuses %j, which is of a simulated world', (flags, word) => {
  expect(() => plan(flags)).toThrow(word)
  expect(() => plan(flags)).toThrow('VENUE=testnet (--venue)')
})

it('takes what is no matter of a simulated world', () => {
  expect(() => plan({ speed: 1, for: 3_600_000, size: { BTC: 1 } })).not.toThrow()
})

it.each([
  [{}, 'neither is set'],
  [{ DERIBIT_CLIENT_ID: 'an-id' }, 'DERIBIT_CLIENT_SECRET is not set'],
  [{ DERIBIT_CLIENT_SECRET: 'canary' }, 'DERIBIT_CLIENT_ID is not set'],
  [{ DERIBIT_CLIENT_ID: '', DERIBIT_CLIENT_SECRET: '' }, 'neither is set'],
])('names both keys where one is missing under %j', (environment, words) => {
  expect(() => plan({}, environment)).toThrow('DERIBIT_CLIENT_ID and DERIBIT_CLIENT_SECRET')
  expect(() => plan({}, environment)).toThrow(words)
  expect(() => plan({}, environment)).not.toThrow('canary')
})

it('refuses to send a key where certificates are not checked', () => {
  expect(() => plan({}, { ...KEY, NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toThrow('NODE_TLS_REJECT_UNAUTHORIZED=0')
  expect(() => plan({}, { ...KEY, NODE_TLS_REJECT_UNAUTHORIZED: '1' })).not.toThrow()
})
