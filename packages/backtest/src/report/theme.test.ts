import { describe, expect, it } from 'vitest'
import { pageStyle } from './page-style.js'
import { DARK, LIGHT, MARK_PAIRS, TEXT_PAIRS } from './theme.js'

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s theme', (_, theme) => {
  it.each(TEXT_PAIRS)('has %s on %s at 4.5 to 1 at least', (text, ground) => {
    expect(contrast(theme[text], theme[ground])).toBeGreaterThanOrEqual(4.5)
  })

  it.each(MARK_PAIRS)('has %s on %s at 3 to 1 at least', (mark, ground) => {
    expect(contrast(theme[mark], theme[ground])).toBeGreaterThanOrEqual(3)
  })
})

it('the style sheet uses no colour but those of the themes', () => {
  const rules = pageStyle().replace(/:root\{[^}]*\}/g, '')
  expect(rules).not.toMatch(/#[0-9a-f]{3,8}\b|rgb|hsl/i)
  const used = [...rules.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name ?? '')
  expect(used.filter((name) => !(name in LIGHT))).toEqual([])
})

/** WCAG 2.2: relative luminances, 0.05 added for glare. */
function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const level = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
