import { describe, expect, it } from 'vitest'
import { effortFor, MODELS, maxOutputTokens, modelEntry, pricesAt, shutdownWarning } from './model-table.js'
import { llmOptionsSchema } from './options.js'

const DAY = 86_400_000

describe('the table of models', () => {
  it('knows the default model', () => {
    expect(modelEntry(llmOptionsSchema.parse({}).model)?.shutdown).toBeNull()
  })

  it('names each model once, its prices in order of time and above zero', () => {
    expect(new Set(MODELS.map(({ name }) => name)).size).toBe(MODELS.length)
    for (const { prices } of MODELS) {
      const starts = prices.map(({ effectiveFrom }) => (effectiveFrom === null ? 0 : Date.parse(effectiveFrom)))
      expect(starts).toEqual(starts.toSorted((a, b) => a - b))
      for (const { inputUsd, outputUsd, cachedUsd } of prices) {
        expect(inputUsd).toBeGreaterThan(0)
        expect(outputUsd).toBeGreaterThan(inputUsd)
        expect(cachedUsd ?? 0).toBeLessThan(inputUsd)
      }
    }
  })

  it('recommends only models that it knows and that stay', () => {
    for (const { shutdown } of MODELS) {
      if (shutdown !== null) expect(modelEntry(shutdown.replacement)?.shutdown).toBeNull()
    }
  })

  it.each([
    ['gpt-4.1-mini-2025-04-14', 'gpt-4.1-mini'],
    ['gpt-6-luna', 'gpt-6-luna'],
    ['gpt-6-luna-large', undefined],
    ['llama3.2', undefined],
    ['', undefined],
    ['__proto__', undefined],
  ])('finds %s as %s', (name, entry) => {
    expect(modelEntry(name)?.name).toBe(entry)
  })
})

describe('pricesAt', () => {
  it.each([
    ['gpt-5.6-luna', '2026-07-29T23:59:59Z', 1],
    ['gpt-5.6-luna', '2026-07-30T00:00:00Z', 0.2],
    ['gpt-6-luna', '2026-11-27T00:00:00Z', 0.1],
    ['gpt-6-luna', '2020-01-01T00:00:00Z', 0.1],
  ])('has %s at %s for %s', (name, at, inputUsd) => {
    expect(pricesAt(name, Date.parse(at))?.inputUsd).toBe(inputUsd)
  })

  it('has none for a model that is not known', () => {
    expect(pricesAt('llama3.2', 0)).toBeNull()
  })
})

describe('effortFor', () => {
  it.each([
    ['gpt-6-luna', 'none', 'none'],
    ['gpt-6-luna', 'minimal', 'low'],
    ['gpt-6.1-sol', 'none', 'low'],
    ['gpt-5-mini', 'none', 'minimal'],
    ['gpt-5-mini', 'high', 'high'],
    ['gpt-4.1-mini', 'high', null],
    ['llama3.2', 'low', null],
  ] as const)('sends %s, asked for %s, %s', (name, wanted, effort) => {
    expect(effortFor(name, wanted)).toBe(effort)
  })
})

describe('maxOutputTokens', () => {
  it.each([
    ['gpt-6-luna', 'low', 2_000],
    ['gpt-6-luna', 'medium', 4_000],
    ['gpt-6-luna', 'none', 600],
    ['gpt-4.1-mini', 'high', 600],
    ['llama3.2', 'low', 4_000],
  ] as const)('leaves %s with effort %s room for %d tokens', (name, effort, tokens) => {
    expect(maxOutputTokens(name, effort)).toBe(tokens)
  })
})

describe('shutdownWarning', () => {
  const endMs = Date.parse('2027-01-14')

  it.each([
    ['61 days before', endMs - 61 * DAY, undefined],
    ['60 days before', endMs - 60 * DAY, /2027-01-14, in 60 days: use gpt-6-luna instead/],
    ['on the last day', endMs - 1, /in 1 day: /],
    ['on the day itself', endMs, /was shut down on 2027-01-14: use gpt-6-luna/],
    ['a year later', endMs + 365 * DAY, /was shut down/],
  ])('says of gpt-4.1-mini %s what is to be said', (_, nowMs, words) => {
    const warning = shutdownWarning('gpt-4.1-mini', nowMs)
    if (words === undefined) expect(warning).toBeUndefined()
    else expect(warning).toMatch(words)
  })

  it('warns of a dated snapshot by its own name', () => {
    expect(shutdownWarning('gpt-5-mini-2025-08-07', Date.parse('2026-11-27'))).toBe(
      'The model gpt-5-mini-2025-08-07 will be shut down on 2026-12-11, in 14 days: use gpt-6.1-terra instead.',
    )
  })

  it.each(['gpt-6-luna', 'llama3.2'])('has nothing to say of %s', (name) => {
    expect(shutdownWarning(name, Date.parse('2030-01-01'))).toBeUndefined()
  })
})
