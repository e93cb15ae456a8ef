import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { html, jsonText, markupText, rawText, visibleText } from './markup.js'

describe('html', () => {
  it.each([
    { text: '<img src=x onerror=alert(1)>', why: 'an element' },
    { text: '"><script>alert(1)</script>', why: 'the end of an attribute' },
    { text: "' onmouseover='alert(1)", why: 'the end of an attribute in single quotes' },
    { text: '&lt;b&gt;', why: 'an entity, which must show as it was written' },
  ])('escapes $why', ({ text }) => {
    expect(markupText(html`<p title="${text}">${text}</p>`)).not.toMatch(/<(?!\/?p\b)|(?<==")[^"]*">[^<]*"/)
  })

  it('takes markup as it stands, in lists too, and nothing for null', () => {
    const item = html`<li>${'a & b'}</li>`
    expect(markupText(html`<ul>${[item, item]}${null}</ul>`)).toBe('<ul><li>a &amp; b</li><li>a &amp; b</li></ul>')
  })

  it('leaves of any text no character that begins markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(markupText(html`${text}`)).not.toMatch(/[<>"'`]/)
      }),
    )
  })
})

describe('visibleText', () => {
  it('shows what would turn the direction of the text or hide in it, and keeps lines', () => {
    expect(visibleText('a\u202eb\u0000c\u2066d\ne\tf')).toBe('a\ufffdb\ufffdc\ufffdd\ne\tf')
  })
})

describe('jsonText', () => {
  it('gives back any data, with nothing in it that ends a script or a line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('</script>', '<!--', '\u2028'), (data, trap) => {
        const text = markupText(jsonText({ data, trap }))
        expect(text).not.toMatch(/[<\u2028\u2029]/)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify({ data, trap })))
      }),
    )
  })
})

describe('rawText', () => {
  it.each(['</script>', '</STYLE >', '<!-- a'])('refuses %s', (text) => {
    expect(() => rawText(`x${text}`)).toThrow(/holds no closing tag/)
  })
})
