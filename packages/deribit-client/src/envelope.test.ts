import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { readEnvelope } from './envelope.js'
import { refusalOf } from './refusal.js'
import { errorReply, resultReply, VENUE_MS } from './replies.fixture.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string, options: { id?: number; status?: number } = {}) =>
  readEnvelope(bytes(text), { id: 7, status: 200, ...options })
const request = { id: 7 }

/** A good reply with some of its fields replaced; `undefined` takes one away. */
function altered(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...JSON.parse(resultReply(request, 1)), ...fields })
}

describe('readEnvelope', () => {
  it('reads a result with its times and its network', () => {
    expect(read(resultReply(request, { a: 1 }))).toEqual({
      kind: 'result',
      result: { a: 1 },
      usIn: VENUE_MS * 1_000,
      usOut: VENUE_MS * 1_000 + 80,
      testnet: true,
    })
  })

  it.each([null, 0, '', false, []])('reads a result of %j', (result) => {
    expect(read(resultReply(request, result))).toMatchObject({ kind: 'result', result })
  })

  it('reads numbers in any notation', () => {
    const text = resultReply(request, 0).replace('"result":0', '"result":[6.4e4,2.8E-4,1e309,123456789012345678901]')
    expect(read(text)).toMatchObject({
      result: [64_000, 0.00028, Number.POSITIVE_INFINITY, 123_456_789_012_345_680_000],
    })
  })

  it('reads an error with the status of one, and with 200', () => {
    for (const status of [200, 400, 401, 429, 500]) {
      expect(read(errorReply(request, { code: 13009, message: 'unauthorized', data: null }), { status })).toMatchObject(
        {
          kind: 'error',
          error: { code: 13009, message: 'unauthorized', data: null },
          times: { usIn: VENUE_MS * 1_000 },
        },
      )
    }
  })

  it('lets an error of HTTP do without id and without times', () => {
    for (const id of ['', '"id":null,']) {
      const text = `{"jsonrpc":"2.0",${id}"error":{"code":-32601,"message":"Method not found"}}`
      expect(read(text, { status: 400 })).toMatchObject({ kind: 'error', error: { code: -32601 }, times: null })
      expect(read(text)).toMatchObject({ kind: 'malformed', problem: 'its id is not the one of the request' })
    }
  })

  it('reads a message that is none as an empty one', () => {
    expect(read(errorReply(request, { code: 1, message: null }))).toMatchObject({ error: { code: 1, message: '' } })
  })

  it('tells apart an absent network from a wrong one', () => {
    expect(read(resultReply(request, 1, { testnet: null }))).toMatchObject({ kind: 'result', testnet: undefined })
    expect(read(resultReply(request, 1, { testnet: false }))).toMatchObject({ kind: 'result', testnet: false })
  })

  it.each([
    ['nothing', '', 'it is not JSON'],
    ['a page', '<html><body>502 Bad Gateway</body></html>', 'it is not JSON'],
    ['half a reply', resultReply(request, 1).slice(0, -4), 'it is not JSON'],
    ['two replies', resultReply(request, 1).repeat(2), 'it is not JSON'],
    ['an empty text', '""', 'it is not an object'],
    ['null', 'null', 'it is not an object'],
    ['a list', '[]', 'it is not an object'],
    ['a batch', `[${resultReply(request, 1)}]`, 'it is not an object'],
    ['no version', altered({ jsonrpc: undefined }), 'jsonrpc is not 2.0'],
    ['an old version', altered({ jsonrpc: '1.0' }), 'jsonrpc is not 2.0'],
    ['no id', altered({ id: undefined }), 'its id is not the one of the request'],
    ['another id', altered({ id: 8 }), 'its id is not the one of the request'],
    ['its id as text', altered({ id: '7' }), 'its id is not the one of the request'],
    ['result and error', altered({ error: { code: 1 } }), 'it has a result and an error'],
    ['result and no error', altered({ error: null }), 'it has a result and an error'],
    ['neither', altered({ result: undefined }), 'it has no result and no error'],
    ['no times', altered({ usIn: undefined }), 'usIn and usOut are not times'],
    ['times in ms', altered({ usIn: VENUE_MS, usOut: VENUE_MS }), 'usIn and usOut are not times'],
    ['times as text', altered({ usIn: `${VENUE_MS}000` }), 'usIn and usOut are not times'],
    ['times in the wrong order', altered({ usOut: VENUE_MS * 1_000 - 1 }), 'usIn and usOut are not times'],
    ['times in nanoseconds', altered({ usOut: VENUE_MS * 1e6 }), 'usIn and usOut are not times'],
    ['a network as text', altered({ testnet: 'true' }), 'testnet is not true or false'],
    ['an error that is text', '{"jsonrpc":"2.0","id":7,"error":"no"}', 'its error is not an object'],
    ['an error that is null', '{"jsonrpc":"2.0","id":7,"error":null}', 'its error is not an object'],
    ['an error without number', errorReply(request, { code: undefined }), 'its error has no number'],
    ['an error of 0', errorReply(request, { code: 0 }), 'its error has no number'],
    ['an error number as text', errorReply(request, { code: '10009' }), 'its error has no number'],
    ['a broken error number', errorReply(request, { code: 1.5 }), 'its error has no number'],
  ])('does not take %s for a reply', (_, text, problem) => {
    expect(read(text)).toMatchObject({ kind: 'malformed', problem, isJson: problem !== 'it is not JSON' })
  })

  it('does not take a result with the status of an error', () => {
    expect(read(resultReply(request, 1), { status: 400 })).toMatchObject({ problem: 'it has a result with HTTP 400' })
  })

  it('does not take bytes that are no text', () => {
    const broken = bytes(resultReply(request, 'x'))
    broken[broken.indexOf(120)] = 0xff
    expect(readEnvelope(broken, { id: 7, status: 200 })).toMatchObject({ kind: 'malformed', isJson: false })
  })

  it.each([10_000, 1_000_000])('survives a result of depth %i', (depth) => {
    const bomb = resultReply(request, 0).replace('"result":0', `"result":${'['.repeat(depth)}${']'.repeat(depth)}`)
    expect(read(bomb).kind).toBe('result')
    expect(read(bomb.slice(0, depth)).kind).toBe('malformed')
  })

  it('keeps the prototype when a reply names it', () => {
    const text = resultReply(request, 0).replace('"result":0', '"result":{"__proto__":{"polluted":1}}')
    expect(read(text).kind).toBe('result')
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('never throws, whatever the bytes', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map(bytes),
      fc
        .record(
          {
            jsonrpc: fc.constantFrom('2.0', '1.0', 2),
            id: fc.oneof(fc.constant(7), fc.jsonValue()),
            result: fc.jsonValue(),
            error: fc.jsonValue(),
            usIn: fc.oneof(fc.constant(VENUE_MS * 1_000), fc.jsonValue()),
            usOut: fc.oneof(fc.constant(VENUE_MS * 1_000), fc.jsonValue()),
            testnet: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((reply) => bytes(JSON.stringify(reply))),
    )
    fc.assert(
      fc.property(anything, fc.constantFrom(200, 400, 502), (body, status) => {
        expect(['result', 'error', 'malformed']).toContain(readEnvelope(body, { id: 7, status }).kind)
      }),
      { numRuns: 1_000 },
    )
  })

  it('takes no half of a reply for a whole one', () => {
    const whole = resultReply(request, { order: { amount: 0.3 } })
    for (let length = 0; length < whole.length; length += 1) {
      expect(read(whole.slice(0, length)).kind).toBe('malformed')
    }
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('replies of the real exchange', () => {
  const recorded = (path: string) => readFileSync(join(recordings ?? '', 'fixtures', path))

  it.each([
    [
      'mainnet-2026-10/error_invalid_params_http400.json',
      { code: -32602, param: 'instrument_name', reason: 'wrong format' },
    ],
    ['mainnet-2026-10/error_method_not_found_http400.json', { code: -32601, param: null, reason: null }],
    [
      'testnet-2026/error_heartbeat_interval_too_small_testnet.json',
      { code: -32602, param: 'interval', reason: 'value must be >= 10' },
    ],
  ])('%s', (path, { code, param, reason }) => {
    const envelope = readEnvelope(recorded(path), { id: 7, status: 400 })
    if (envelope.kind !== 'error') throw new Error(envelope.kind)
    expect(envelope.times?.usIn).toBeGreaterThan(1.7e15)
    expect(refusalOf(envelope.error, () => false)).toMatchObject({ number: code, param, reason })
  })

  it.each([
    ['nautilus/ws_order_sell_response.json', 4, false],
    ['nautilus/ws_order_cancel_response.json', 11, false],
  ])('%s', (path, id, testnet) => {
    expect(readEnvelope(recorded(path), { id, status: 200 })).toMatchObject({ kind: 'result', testnet })
  })
})
