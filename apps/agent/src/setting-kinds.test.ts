import fc from 'fast-check'
import { expect, it } from 'vitest'
import { venueUrlProblem } from './setting-kinds.js'

it.each(['https://test.deribit.com', 'https://test.deribit.com/', 'https://test.deribit.com/api/v2'])(
  'takes the testnet as %s',
  (url) => {
    expect(venueUrlProblem(url, { allowLoopback: false })).toBeUndefined()
  },
)

it.each([
  ['production', 'https://www.deribit.com'],
  ['production without www', 'https://deribit.com/api/v2'],
  ['plain http', 'http://test.deribit.com'],
  ['a socket', 'wss://test.deribit.com/ws/api/v2'],
  ['the testnet as user name', 'https://test.deribit.com@www.deribit.com'],
  ['the testnet as user and password', 'https://test.deribit.com:443@www.deribit.com'],
  ['user and password', 'https://a:b@test.deribit.com'],
  ['an empty user', 'https://@test.deribit.com'],
  ['a trailing dot', 'https://test.deribit.com.'],
  ['a longer host', 'https://test.deribit.com.evil.io'],
  ['a host in front', 'https://eviltest.deribit.com'],
  ['another port', 'https://test.deribit.com:8443'],
  ['the port spelled out', 'https://test.deribit.com:443'],
  ['a look-alike letter', 'https://test.dеribit.com'],
  ['punycode', 'https://test.xn--dribit-n8a.com'],
  ['an address of numbers', 'https://104.18.0.1'],
  ['another path', 'https://test.deribit.com/api/v1'],
  ['a query', 'https://test.deribit.com/api/v2?host=www.deribit.com'],
  ['a fragment', 'https://test.deribit.com#x'],
  ['a backslash', 'https:\\\\test.deribit.com'],
  ['a line break', 'https://test.deribit.com\n'],
  ['no scheme', 'test.deribit.com'],
  ['nothing', ''],
  ['loopback over https', 'https://localhost:8080'],
  ['loopback as user', 'http://localhost@www.deribit.com'],
  ['loopback with a user', 'http://a@localhost:8080'],
  ['loopback with another path', 'http://localhost:8080/api/v3'],
  ['loopback with a query', 'http://localhost:8080/?a=1'],
  ['loopback in capitals', 'http://LOCALHOST:8080'],
  ['loopback as a number', 'http://2130706433:8080'],
  ['a port that is none', 'http://localhost:99999'],
  ['all interfaces', 'http://0.0.0.0:8080'],
  ['a host like loopback', 'http://localhost.evil.io'],
])('refuses %s, loopback allowed or not', (_, url) => {
  expect(venueUrlProblem(url, { allowLoopback: false })).toEqual(expect.any(String))
  expect(venueUrlProblem(url, { allowLoopback: true })).toEqual(expect.any(String))
})

it('says of the address of a WebSocket how an exchange on this machine is named', () => {
  expect(venueUrlProblem('ws://127.0.0.1:8080/ws/api/v2', { allowLoopback: true })).toContain('http://')
})

it.each(['http://localhost:8080', 'http://127.0.0.1:8080/api/v2', 'http://[::1]:8080'])(
  'takes %s only with --allow-loopback',
  (url) => {
    expect(venueUrlProblem(url, { allowLoopback: true })).toBeUndefined()
    expect(venueUrlProblem(url, { allowLoopback: false })).toContain('--allow-loopback')
  },
)

it('takes no address whose host is not the testnet', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const taken = venueUrlProblem(url, { allowLoopback: true }) === undefined
      expect(taken && new URL(url).hostname !== 'test.deribit.com').toBe(false)
    }),
  )
})
