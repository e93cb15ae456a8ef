import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CANARY } from './model-call.fixture.js'
import { scrub, withoutSecrets } from './scrub.js'

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** What a reader of JSON makes of it. */
function read(text: string): string {
  return text.replace(/\\u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

describe('scrub', () => {
  it.each([
    ['as it is', CANARY],
    ['in JSON', JSON.stringify({ key: CANARY })],
    ['in JSON, every character escaped', Array.from(CANARY, escaped).join('')],
    [
      'in JSON, some of it escaped',
      Array.from(CANARY, (c, i) => (i % 3 === 0 ? escaped(c).toUpperCase().replace('U', 'u') : c)).join(''),
    ],
    ['in JSON, with escapes that are not needed', CANARY.replaceAll('/', '\\/').replaceAll('"', '\\"')],
    ['in an address', `https://models.example/?key=${encodeURIComponent(CANARY)}`],
    ['in base64', Buffer.from(CANARY).toString('base64')],
    ['across the cut', `${'x'.repeat(290)}${CANARY}`],
  ])('takes a secret out %s', (_, text) => {
    const told = scrub(text, [CANARY], 300)
    expect(told).not.toContain('canary')
    expect(read(told)).not.toContain('canary')
    expect(told).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 20))
    expect(told).not.toContain(encodeURIComponent(CANARY).slice(0, 20))
  })

  it.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: Bearer [redacted]'],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: Basic [redacted]'],
    ['Incorrect API key provided: sk-proj*****9zA.', 'Incorrect API key provided: [redacted]'],
    ['no way to https://me:secret@models.example/v1', 'no way to https://models.example/v1'],
    ['line\u0000 one\r\n\tline\u001b[31m two\u202e', 'line one line [31m two'],
    ['half \ud83d', 'half'],
  ])('makes of %j %j', (text, told) => {
    expect(scrub(text, [], 300)).toBe(told)
  })

  it('cuts between characters, and never to more than its length', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(text, fc.nat(50), (raw, maxLength) => {
        const told = scrub(raw, [CANARY], maxLength)
        expect(told.length).toBeLessThanOrEqual(maxLength)
        expect(told).not.toMatch(/[\p{Cc}\p{Cf}\p{Surrogate}]/u)
      }),
    )
  })
})

describe('withoutSecrets', () => {
  it('leaves text alone that has none', () => {
    expect(withoutSecrets('a local server, "local"', ['local'])).toBe('a local server, "local"')
  })
})
