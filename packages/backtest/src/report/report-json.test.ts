import { CcError } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { BacktestResult } from '../results/result.js'
import { reportJson } from './report-json.js'
import { resultForTest } from './result.fixture.js'

const result = resultForTest({ days: 40 })

describe('reportJson', () => {
  it('gives the result back', () => {
    expect(JSON.parse(reportJson(result))).toEqual(result)
  })

  it('writes equal results in equal bytes, however their keys came about', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned)
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      )
    }
    expect(reportJson(turned(result) as BacktestResult)).toBe(reportJson(result))
  })

  it('writes a column on one line, zero without a sign, and leaves out what is undefined', () => {
    const odd = { ...result, run: { ...result.run, configuration: { z: [1, -0, 1e-7], a: undefined, b: {} } } }
    expect(reportJson(odd)).toContain('"configuration": {\n      "b": {},\n      "z": [1,0,1e-7]\n    }')
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 3n, () => 1, [undefined]])(
    'names where %s is, which is not JSON',
    (value) => {
      const broken = { ...result, run: { ...result.run, configuration: { policy: { deltaMin: value } } } }
      try {
        reportJson(broken)
        expect.unreachable()
      } catch (error) {
        if (!CcError.isInstance(error)) throw error
        expect(error.code).toBe('backtest/result-not-json')
        expect(error.message).toContain('"run.configuration.policy.deltaMin')
      }
    },
  )
})
