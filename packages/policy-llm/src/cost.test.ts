import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costOf, worstCaseCost } from './cost.js'
import { REQUEST } from './model-call.fixture.js'
import { MODELS, maxOutputTokens } from './model-table.js'

const AT_MS = Date.parse('2026-11-27')
const usage = { inputTokens: 1_500, cachedTokens: 500, cacheWriteTokens: 100, outputTokens: 600 }

describe('costOf', () => {
  it.each([
    ['gpt-6-luna', (900 * 0.1 + 500 * 0.01 + 100 * 0.125 + 600 * 0.5) / 1e6],
    ['gpt-6-luna-2026-09-22', (900 * 0.1 + 500 * 0.01 + 100 * 0.125 + 600 * 0.5) / 1e6],
    ['gpt-4.1-mini', (900 * 0.4 + 500 * 0.1 + 100 * 0.4 * 1.25 + 600 * 1.6) / 1e6],
    ['gpt-6.1-sol', (900 * 2 + 500 * 2 + 100 * 2 * 1.25 + 600 * 10) / 1e6],
  ])('of %s is what the hand makes of it', (model, usd) => {
    expect(costOf(usage, model, AT_MS)).toBeCloseTo(usd, 12)
  })

  it('counts nothing for what a provider does not count', () => {
    expect(costOf({ ...usage, cachedTokens: null, cacheWriteTokens: null }, 'gpt-6-luna', AT_MS)).toBeCloseTo(
      (1_500 * 0.1 + 600 * 0.5) / 1e6,
      12,
    )
  })

  it.each([
    ['the model is not known', usage, 'llama3.2'],
    ['nothing was told', null, 'gpt-6-luna'],
    ['the input was not told', { ...usage, inputTokens: null }, 'gpt-6-luna'],
    ['the output was not told', { ...usage, outputTokens: null }, 'gpt-6-luna'],
    ['more was cached than sent', { ...usage, cachedTokens: 1_401 }, 'gpt-6-luna'],
  ])('is not known where %s', (_, told, model) => {
    expect(costOf(told, model, AT_MS)).toBeNull()
  })
})

describe('worstCaseCost', () => {
  it('counts every byte as a token, all of it written to the cache, the longest answer, and each attempt', () => {
    const bytes = REQUEST.instructions.length + REQUEST.input.length + JSON.stringify(REQUEST.schema).length + 500
    const one = (bytes * 0.125 + 2_000 * 0.5) / 1e6
    expect(worstCaseCost(REQUEST, 'gpt-6-luna', { effort: 'low', maxAttempts: 1 }, AT_MS)).toBeCloseTo(one, 12)
    expect(worstCaseCost(REQUEST, 'gpt-6-luna', { effort: 'low', maxAttempts: 2 }, AT_MS)).toBeCloseTo(2 * one, 12)
  })

  it('is not known for a model that is not', () => {
    expect(worstCaseCost(REQUEST, 'llama3.2', { effort: 'low', maxAttempts: 2 }, AT_MS)).toBeNull()
  })

  it('is never below what a call can cost', () => {
    const calls = fc.record({
      model: fc.constantFrom(...MODELS.map(({ name }) => name)),
      effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high'),
      input: fc.string({ unit: 'binary', maxLength: 300 }),
      parts: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
      filled: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(calls, ({ model, effort, input, parts, filled }) => {
        const request = { ...REQUEST, input }
        const inputTokens = Buffer.byteLength(request.instructions + input + JSON.stringify(request.schema))
        const share = inputTokens / Math.max(1, parts[0] + parts[1] + parts[2])
        const told = {
          inputTokens,
          cachedTokens: Math.floor(parts[0] * share),
          cacheWriteTokens: Math.floor(parts[1] * share),
          outputTokens: Math.floor(maxOutputTokens(model, effort) * filled),
        }
        const most = worstCaseCost(request, model, { effort, maxAttempts: 1 }, AT_MS)
        expect(costOf(told, model, AT_MS)).toBeLessThanOrEqual(most ?? Number.NaN)
      }),
    )
  })
})
