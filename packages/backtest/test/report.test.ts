import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { renderReport } from '../src/report/render-report.js'
import { blankResultForTest, resultForTest } from '../src/report/result.fixture.js'
import { figuresOf, type PageFigure, problemOf } from './report-figures.js'

const result = resultForTest({ days: 181 })
const page = renderReport(result)

describe.each([
  ['of six months and two coins', result, page],
  ['with nothing but what cannot be missing', blankResultForTest(), renderReport(blankResultForTest())],
] as const)('the report %s', (_, of, text) => {
  it('has each figure as the JSON has it', () => {
    const figures = figuresInText(text)
    expect(figures.length).toBeGreaterThan(100)
    expect(figures.map((figure) => problemOf(of, figure)).filter((problem) => problem !== null)).toEqual([])
  })

  it('never shows how a program writes what is missing', () => {
    const words = /<(style|script)\b[\s\S]*?<\/\1>|<(pre|bdi|code)\b[\s\S]*?<\/\2>/g
    const shown = text.replace(words, '').replace(/<[^>]*>/g, ' ')
    expect(shown.length).toBeGreaterThan(1000)
    expect(shown.match(/.*(\b(NaN|undefined|null|Infinity|Invalid Date)\b|\[object).*/g)).toBeNull()
    expect(shown.match(/.*[-−]0(\.0+)?(?![\d.]).*/g)).toBeNull()
  })

  it('names its language, has one title, and a caption and scopes in every table', () => {
    expect(text).toContain('<html lang="en">')
    expect(text.match(/<h1\b/g)?.length).toBe(1)
    const tables = text.match(/<table[\s\S]*?<\/table>/g) ?? []
    expect(tables.length).toBeGreaterThan(3)
    expect(tables.filter((table) => !/^<table[^>]*><caption>/.test(table))).toEqual([])
    expect(text.match(/<th(?![^>]*\bscope=)(?!ead)[^>]*>/g)).toBeNull()
  })

  it('uses each id once, and leads every link to one', () => {
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const links = [...text.matchAll(/(?:href="#|aria-labelledby=")([^"]+)"/g)].map(([, id]) => id)
    expect(links.filter((id) => !ids.includes(id))).toEqual([])
  })
})

describe('the report', () => {
  it('allows what stands in it by hash, and nothing else', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll('&#39;', "'") ?? ''
    expect(policy).toMatch(/^default-src 'none'; /)
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    const hashOf = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    expect(policy).toContain(`style-src ${hashOf(/<style>([\s\S]*?)<\/style>/.exec(page)?.[1])}`)
    expect(policy).toContain(`script-src ${hashOf(/<script>([\s\S]*?)<\/script>/.exec(page)?.[1])}`)
    expect(page).not.toMatch(/\s(style|on\w+)="/)
  })

  it('asks for nothing from elsewhere', () => {
    const outside = page.replace(/<script>[\s\S]*?<\/script>/g, '')
    expect(outside).not.toMatch(/\b(src|srcset|action)=|<link\b|@import|url\(/)
    expect(outside.match(/href="[^#"]/g)).toBeNull()
  })

  it('is the same for the same result', () => {
    expect(renderReport(resultForTest({ days: 181 }))).toBe(page)
  })

  it('stays below 400 kB for six months of hours', () => {
    expect(Buffer.byteLength(page)).toBeLessThan(400_000)
  })

  it.each([
    { kind: 'synthetic', words: /none of these prices was ever real/ },
    { kind: 'reconstructed', words: /every option price is a model/ },
  ] as const)('says before all figures of a coin that a $kind market is no real one', ({ kind, words }) => {
    const run = { ...result.run, warnings: [], history: { ...result.run.history, kind } }
    const text = renderReport({ ...result, run })
    expect(text.search(words)).toBeGreaterThan(0)
    expect(text.search(words)).toBeLessThan(text.indexOf('id="coin-BTC"'))
  })

  it('has no sentence of the result as markup', () => {
    const trap = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
    const coin = result.underlyings.BTC
    if (coin === undefined) throw new Error('The fixture has no BTC.')
    const text = renderReport({
      ...result,
      run: {
        ...result.run,
        policy: trap,
        preset: null,
        reproduce: trap,
        warnings: [trap],
        configuration: { [trap]: trap },
      },
      underlyings: {
        BTC: {
          ...coin,
          verdict: { ...coin.verdict, sentence: trap, reasons: [trap] },
          stories: coin.stories.map((story) => ({ ...story, symbol: trap, reasoning: trap })),
          benchmarks: coin.benchmarks.map((benchmark) => ({ ...benchmark, name: trap })),
        },
      },
      decisions: { ...result.decisions, actions: { [trap]: 1 }, rejections: { [trap]: 2 } },
    })
    expect(text).not.toContain('<img')
    expect(text.match(/<script\b/g)?.length).toBe(2)
    expect(text.match(/<\/script>/g)?.length).toBe(2)
  })
})

/** The figures of a page by its text: a span, a time, a bdi, a code or a pre that names a path. */
function figuresInText(text: string): readonly PageFigure[] {
  return figuresOf(
    [...text.matchAll(/<(\w+)([^>]*) data-path="([^"]*)" data-format="([^"]*)"[^>]*>([^<]*)<\/\1>/g)].map(
      ([, , , path = '', format = '', shown = '']) => ({ path, format, text: shown }),
    ),
  )
}
