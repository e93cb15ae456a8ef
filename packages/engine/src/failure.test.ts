import { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import { failureOf, failureUnder, isBug, logFailure } from './failure.js'

describe('failureOf', () => {
  const factsOf = (facts: object) =>
    failureOf(new CcError('No.', { code: 'test/no', recovery: 'retry', facts: facts as CcError['facts'] })).facts

  it('keeps code, recovery, message and facts of what was thrown on purpose', () => {
    const error = new CcError('No.', { code: 'test/no', recovery: 'retry', facts: { waitedMs: 5, labels: ['a', 1] } })
    expect(failureOf(error)).toEqual({
      code: 'test/no',
      recovery: 'retry',
      message: 'No.',
      facts: { waitedMs: 5, labels: ['a', 1] },
    })
  })

  it.each([
    { why: 'no number', facts: { waitedMs: Number.NaN }, text: { waitedMs: 'NaN' } },
    { why: 'without end', facts: { waitedMs: -Infinity }, text: { waitedMs: '-Infinity' } },
    { why: 'in a list with what is no number', facts: { sizes: [1, Number.NaN] }, text: { sizes: '1, NaN' } },
    { why: 'nested', facts: { order: { size: 1 } }, text: { order: '{"size":1}' } },
    { why: 'missing', facts: { label: undefined }, text: { label: 'undefined' } },
    { why: 'a large integer', facts: { id: 5n }, text: { id: '5' } },
    { why: 'a function', facts: { retry: Math.max }, text: { retry: 'function max() { [native code] }' } },
  ])('tells a fact that is $why in words, for the record must hold it', ({ facts, text }) => {
    expect(factsOf(facts)).toEqual(text)
  })

  it('tells a fact that contains itself', () => {
    const loop: Record<string, unknown> = {}
    loop.self = loop
    expect(factsOf({ loop })).toEqual({ loop: '[object Object]' })
  })

  it.each([
    { thrown: new TypeError('x is undefined'), message: 'x is undefined', name: 'TypeError' },
    { thrown: 'nothing', message: 'nothing', name: 'string' },
  ])('takes $thrown for a bug, which halts', ({ thrown, message, name }) => {
    const failure = failureOf(thrown)
    expect(failure).toEqual({ code: 'engine/unexpected', recovery: 'halt', message, facts: { name } })
    expect(isBug(failure)).toBe(true)
  })
})

it('takes the reason of a stop for the stop, and any other error for itself', () => {
  const reason = new Error('SIGTERM')
  const abort = Object.assign(new Error('aborted'), { name: 'AbortError' })
  expect(failureUnder(AbortSignal.abort(reason), reason).code).toBe('engine/stopped')
  expect(failureUnder(AbortSignal.abort(reason), abort).code).toBe('engine/stopped')
  expect(failureUnder(AbortSignal.abort(reason), new Error('other')).code).toBe('engine/unexpected')
  expect(failureUnder(new AbortController().signal, abort).code).toBe('engine/unexpected')
})

describe('logFailure', () => {
  const told = (error: unknown) => {
    const lines: unknown[] = []
    const tell = (level: string) => (message: string, facts: unknown) => void lines.push([level, message, facts])
    const logger = { ...silentLogger, warn: tell('warn'), error: tell('error') }
    logFailure(logger, 'a cycle failed', { failure: failureOf(error), error })
    return lines
  }

  it('shows the stack and the causes of a bug', () => {
    const cause = new Error('disk full', { cause: 'EIO' })
    expect(told(new TypeError('x is undefined', { cause }))).toEqual([
      [
        'error',
        'a cycle failed',
        {
          code: 'engine/unexpected',
          message: 'x is undefined',
          stack: expect.stringContaining('failure.test.ts'),
          causes: [expect.stringContaining('disk full'), 'EIO'],
        },
      ],
    ])
  })

  it('shows a few causes of an error that is its own', () => {
    const error = new Error('round')
    error.cause = error
    expect(told(error)).toMatchObject([['error', 'a cycle failed', { causes: { length: 5 } }]])
  })

  it('is short about what was thrown on purpose and does not halt', () => {
    const facts = { code: 'test/no', message: 'No.' }
    expect(told(new CcError('No.', { code: 'test/no', recovery: 'skip' }))).toEqual([['warn', 'a cycle failed', facts]])
  })
})
