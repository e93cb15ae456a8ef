import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { originOf, socketUrlOf } from './base-url.js'

const trading = { loopback: false, production: false }
const local = { loopback: true, production: false }
const reading = { loopback: false, production: true }

describe('originOf', () => {
  it.each([
    ['https://test.deribit.com', trading, 'https://test.deribit.com'],
    ['https://test.deribit.com/', trading, 'https://test.deribit.com'],
    ['https://test.deribit.com/api/v2', trading, 'https://test.deribit.com'],
    ['https://test.deribit.com/api/v2/', reading, 'https://test.deribit.com'],
    ['https://www.deribit.com', reading, 'https://www.deribit.com'],
    ['https://www.deribit.com/api/v2', reading, 'https://www.deribit.com'],
    ['http://127.0.0.1:8080', local, 'http://127.0.0.1:8080'],
    ['http://127.0.0.1:8080/api/v2', local, 'http://127.0.0.1:8080'],
    ['http://localhost', local, 'http://localhost'],
    ['http://localhost:80/', local, 'http://localhost'],
    ['http://[::1]:65535', local, 'http://[::1]:65535'],
  ])('takes %s', (baseUrl, allowed, origin) => {
    expect(originOf(baseUrl, allowed)).toBe(origin)
  })

  it.each([
    ['https://www.deribit.com', 'production, where one trades'],
    ['https://deribit.com', 'production without www'],
    ['https://www.deribit.com.', 'production with a dot'],
    ['http://test.deribit.com', 'no TLS'],
    ['wss://test.deribit.com', 'another protocol'],
    ['HTTPS://test.deribit.com', 'upper case'],
    ['https://TEST.deribit.com', 'an upper-case host'],
    ['https://test.deribit.com.', 'a dot at the end'],
    ['https://test.deribit.com:443', 'a port'],
    ['https://test.deribit.com:8443', 'another port'],
    ['https://test.deribit.com@www.deribit.com', 'a user name that looks like the host'],
    ['https://user:secret@test.deribit.com', 'a user name'],
    ['https://www.deribit.com#@test.deribit.com', 'a fragment'],
    ['https://www.deribit.com?test.deribit.com', 'a query'],
    ['https://test.deribit.com.evil.io', 'a longer host'],
    ['https://evil.io/test.deribit.com', 'a path that looks like the host'],
    ['https://xtest.deribit.com', 'a prefix'],
    ['https://a.test.deribit.com', 'a subdomain'],
    ['https://test-deribit.com', 'a dash'],
    ['https://tеst.deribit.com', 'a Cyrillic letter'],
    ['https://test。deribit。com', 'ideographic dots'],
    ['https://xn--tst-2na.deribit.com', 'an IDN'],
    ['https://test.deribit.com/api/v2/../../x', 'another path'],
    ['https://test.deribit.com/api/v1', 'another version'],
    ['https://test.deribit.com\\@evil.io', 'a backslash'],
    [' https://test.deribit.com', 'a space'],
    ['https://test.deribit.com\n', 'a line feed'],
    ['https://104.18.0.1', 'an address'],
    ['', 'nothing'],
    ['test.deribit.com', 'no protocol'],
    ['http://127.0.0.1:8080', 'loopback that was not allowed'],
  ])('refuses to trade at %j: %s', (baseUrl) => {
    expect(() => originOf(baseUrl, trading)).toThrow(
      expect.objectContaining({ code: 'deribit/forbidden-host', recovery: 'halt' }),
    )
  })

  it.each([
    'https://127.0.0.1',
    'http://127.0.0.1.evil.io',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://127.0.0.2',
    'http://0.0.0.0',
    'http://[::ffff:127.0.0.1]',
    'http://localhost.',
    'http://localhost.evil.io',
    'http://evil.io#localhost',
    'http://user@localhost',
    'http://localhost:0',
    'http://localhost:65536',
    'http://localhost:8080/other',
    'http://www.deribit.com',
  ])('refuses %s for loopback', (baseUrl) => {
    expect(() => originOf(baseUrl, local)).toThrow(expect.objectContaining({ code: 'deribit/forbidden-host' }))
  })

  it('says which hosts it takes and which it got, without user name and password', () => {
    const refusal = () => originOf('https://user:hunter2@www.deribit.com/x', trading)
    expect(refusal).toThrow('baseUrl: expected https://test.deribit.com, a loopback address with allowLoopback.')
    expect(refusal).toThrow(expect.objectContaining({ facts: expect.objectContaining({ host: 'www.deribit.com' }) }))
    expect(refusal).not.toThrow('hunter2')
  })

  it('connects to no other host than the testnet, whatever is written', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'https://',
        'http://',
        'test',
        'www',
        '.',
        'deribit',
        'com',
        '@',
        ':',
        '443',
        '/',
        '\\',
        '#',
        '?',
      ),
      fc.string({ maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let origin: string
        try {
          origin = originOf(pieces.join(''), trading)
        } catch (error) {
          expect(error).toMatchObject({ code: 'deribit/forbidden-host' })
          return
        }
        expect(new URL(origin).host).toBe('test.deribit.com')
      }),
      { numRuns: 2_000 },
    )
  })

  it('reads, with loopback and production allowed, from these hosts only', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect(() => originOf(url, { loopback: true, production: true })).toThrow()
      }),
    )
  })
})

it.each([
  ['https://test.deribit.com', 'wss://test.deribit.com/ws/api/v2'],
  ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/ws/api/v2'],
  ['http://[::1]', 'ws://[::1]/ws/api/v2'],
])('has the WebSocket of %s at the same host', (origin, url) => {
  expect(socketUrlOf(origin)).toBe(url)
})
