import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor, createTextRedactor } from './redact.js'

const secret = { name: 'api-key', value: 'sk-a/b+c="ü\\ 1~' }
const redact = createRedactor([secret])
const bytes = Buffer.from(secret.value)

describe('createRedactor', () => {
  it.each([
    ['as it is', secret.value],
    ['escaped for JSON', JSON.stringify({ key: secret.value })],
    ['escaped for JSON twice', JSON.stringify(JSON.stringify({ key: secret.value }))],
    ['in a URL', encodeURI(`https://x.test/${secret.value}`)],
    ['URL-encoded', `?key=${encodeURIComponent(secret.value)}`],
    ['URL-encoded in lower case', encodeURIComponent(secret.value).replace(/%../g, (byte) => byte.toLowerCase())],
    ['in a form', new URLSearchParams({ key: secret.value }).toString()],
    ['in base64', bytes.toString('base64')],
    ['in base64url', bytes.toString('base64url')],
  ])('finds a secret %s', (_, text) => {
    const safe = JSON.parse(redact(JSON.stringify({ text })))
    expect(safe.text).toContain('[redacted:api-key]')
    expect(safe.text.length).toBeLessThan(text.length + 10)
    expect(leaks(safe.text)).toEqual([])
  })

  it('finds a secret inside longer base64, wherever it begins', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.boolean(),
        (before, after, url) => {
          const all = Buffer.concat([before, bytes, after]).toString(url ? 'base64url' : 'base64')
          const safe: string = JSON.parse(redact(JSON.stringify(all)))
          const [left = '', right = ''] = safe.split('[redacted:api-key]')
          // The digits beside it carry bits of both neighbours: at most one digit on each side.
          expect(left.length).toBeLessThanOrEqual(Math.ceil((before.length * 4) / 3) + 1)
          expect(right.length).toBeLessThanOrEqual(Math.ceil((after.length * 4) / 3) + 4)
          expect(safe).toContain('[redacted:api-key]')
        },
      ),
    )
  })

  it('leaves text without a secret as it is, to the byte', () => {
    const json = JSON.stringify({ a: 'sk-a/b+c="ü', b: [1.5, null, true], 'c\n': '\u0001' })
    expect(redact(json)).toBe(json)
    expect(createRedactor([])(json)).toBe(json)
  })

  it('finds a secret in a key', () => {
    expect(redact(JSON.stringify({ [secret.value]: 1 }))).toBe('{"[redacted:api-key]":1}')
  })

  it('leaves numbers alone, which are no secrets', () => {
    const pin = createRedactor([{ name: 'pin', value: '12345678' }])
    expect(pin('{"timeMs":1123456789,"text":"x12345678"}')).toBe('{"timeMs":1123456789,"text":"x[redacted:pin]"}')
  })

  it('does not take half of an escape for a letter', () => {
    const letters = createRedactor([{ name: 'a', value: 'nabcdefg' }])
    expect(letters(JSON.stringify('\nabcdefg'))).toBe(JSON.stringify('\nabcdefg'))
    expect(letters(JSON.stringify('\\nabcdefg'))).toBe(JSON.stringify('\\[redacted:a]'))
  })

  it('takes secrets that overlap out together', () => {
    const both = createRedactor([
      { name: 'a', value: 'abcdefgh' },
      { name: 'b', value: 'efghijkl' },
    ])
    expect(both('"_abcdefghijkl_efghijkl"')).toBe('"_[redacted:a][redacted:b]_[redacted:b]"')
  })

  it('leaves nothing of a secret that holds another', () => {
    const both = createRedactor([
      { name: 'part', value: 'cdefghij' },
      { name: 'all', value: 'abcdefghijkl' },
    ])
    expect(both('"_abcdefghijkl_cdefghij_"')).toBe('"_[redacted:all][redacted:part]_[redacted:part]_"')
  })

  it('writes valid JSON of the same shape, and no secret, whatever the text', () => {
    const letters = fc.string({
      unit: fc.constantFrom('a', 'b', '"', '\\', '\n', 'ü', '😀', '%', '+'),
      minLength: 8,
      maxLength: 12,
    })
    fc.assert(
      fc.property(
        fc.array(letters, { minLength: 1, maxLength: 3 }),
        fc.array(fc.oneof(letters, fc.nat(2), fc.string({ unit: 'grapheme' })), { maxLength: 8 }),
        fc.integer(),
        (values, parts, number) => {
          const secrets = values.map((value, index) => ({ name: `s${index}`, value }))
          const text = parts.map((part) => (typeof part === 'number' ? (values[part] ?? '') : part)).join('')
          const record = { text, list: [text, number, null], [text]: true }
          const safe = JSON.parse(createRedactor(secrets)(JSON.stringify(record)))
          expect(Object.keys(safe)).toHaveLength(Object.keys(record).length)
          expect(safe.list.slice(1)).toEqual([number, null])
          for (const value of values) expect(JSON.stringify(safe)).not.toContain(JSON.stringify(value).slice(1, -1))
          if (values.every((value) => !text.includes(value))) return
          expect(safe.text).toMatch(/\[redacted:s\d\]/)
        },
      ),
    )
  })

  it('refuses a record in which what is left spells another secret', () => {
    const odd = createRedactor([
      { name: 'a', value: 'abcdefgh' },
      { name: 'b', value: ']ijklmno' },
    ])
    expect(() => odd('"abcdefghijklmno"')).toThrow(expect.objectContaining({ code: 'logging/invalid-record' }))
  })

  it.each([
    ['shorter than 8 characters', 'seven77', 'x', 'shorter than 8'],
    ['empty', '', 'x', 'shorter than 8'],
    ['no Unicode text', '12345678\ud800', 'x', 'no Unicode text'],
    ['in its own name', 'the-name', 'the-name', 'holds a secret'],
    ['the word that stands in its place', 'redacted', 'x', 'holds a secret'],
  ])('refuses a secret that is %s, without telling it', (_, value, name, problem) => {
    expect(() => createRedactor([{ name, value }])).toThrow(
      expect.objectContaining({
        code: 'logging/secret-unusable',
        recovery: 'halt',
        message: expect.stringContaining(problem),
        facts: { name },
      }),
    )
  })
})

describe('a redactor of any text', () => {
  const inText = createTextRedactor([secret])

  it('leaves what holds no secret as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(inText(text)).toBe(text)
      }),
    )
  })

  it.each([
    ['as it is', secret.value],
    ['in JSON', JSON.stringify({ key: secret.value }, null, 2)],
    ['in JSON within JSON', JSON.stringify({ body: JSON.stringify({ key: secret.value }) })],
    ['URL-encoded', `https://x.test/?key=${encodeURIComponent(secret.value)}`],
    ['in base64', `Basic ${bytes.toString('base64')}`],
    ['in longer base64', `Basic ${Buffer.from(`an-id:${secret.value}`).toString('base64')}`],
  ])('takes a secret out of a text %s, and JSON stays JSON', (_, text) => {
    const safe = inText(`before ${text} after`)
    expect(leaks(safe)).toEqual([])
    expect(safe).toContain(`[redacted:${secret.name}]`)
    if (text.startsWith('{')) expect(() => JSON.parse(inText(text))).not.toThrow()
  })

  it('refuses what the redactor of records refuses', () => {
    expect(() => createTextRedactor([{ name: 'x', value: 'seven77' }])).toThrow(/shorter than 8/)
  })
})

/** Forms of the secret, in eight letters or more, that a text still holds. */
function leaks(text: string): string[] {
  const forms = [secret.value, encodeURIComponent(secret.value), bytes.toString('base64'), bytes.toString('base64url')]
  return forms.flatMap((form) =>
    Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8)).filter((piece) => text.includes(piece)),
  )
}
