import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cleanText } from './clean-text.js'

describe('cleanText', () => {
  it.each([
    ['plain words, ümlauts and 漢字 🙂', 'plain words, ümlauts and 漢字 🙂', 'text stays'],
    ['a\nb\t c\r\n\r\nd', 'a b c d', 'lines become one'],
    ['\u001b[31mred\u001b[0m', 'red', 'colours go, with their parameters'],
    ['\u009b2Jgone', 'gone', 'C1 controls begin sequences too'],
    ['\u001b]0;title\u0007x\u001b]8;;http://e.org\u001b\\y', 'xy', 'titles and links of a terminal go'],
    ['a\u0000b\u0007c\u007fd', 'abcd', 'control characters go'],
    ['pay\u202eevil\u2066x\u2069\u200f', 'payevilx', 'direction marks go'],
    ['k\u200b3\u2060\ufeff\u00ad\u200d', 'k3', 'what has no width goes'],
    ['a\u{e0041}\u{e0042}\u{fe0f}\u3164b', 'ab', 'tags, selectors and fillers go'],
    ['a\ud800b\udc00', 'ab', 'halves of surrogate pairs go'],
    ['a\u2028b\u2029c', 'a b c', 'separators of lines become spaces'],
    ['\u001b', '', 'an escape of nothing'],
    [' \n ', '', 'nothing but spaces'],
  ])('makes %j into %j: %s', (text, clean) => {
    expect(cleanText(text)).toBe(clean)
  })

  it('cuts to 500 code points, none of them in half', () => {
    expect(Array.from(cleanText('🙂'.repeat(600)))).toEqual(Array.from('🙂'.repeat(500)))
  })

  it('leaves one short line without controls of whatever comes, and changes it no further', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 700 }), (text) => {
        const clean = cleanText(text)
        expect(clean).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
        expect(Array.from(clean).length).toBeLessThanOrEqual(500)
        expect(cleanText(clean)).toBe(clean)
      }),
    )
  })

  it('takes a long text of broken sequences in no time to speak of', () => {
    // So long that whoever looks at its pairs does not come back.
    const text = '\u001b]'.repeat(1_000_000)
    const start = performance.now()
    cleanText(text)
    expect(performance.now() - start).toBeLessThan(30_000)
  })
})
