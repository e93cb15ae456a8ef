import { describe, expect, it } from 'vitest'
import { attempt, createDatumReader } from './datum.js'

describe('a reader of data', () => {
  it('gives values, and null for what is missing, whose reasons it keeps in order', () => {
    const data = createDatumReader()
    expect(data.read('vol.dvol', { value: 0 })).toBe(0)
    expect(data.read('vol.ivrv', { missing: 'the index did not move' })).toBeNull()
    expect(data.read('vol.ewma', { missing: 'no bar had closed yet' })).toBeNull()
    expect(data.missing).toEqual([
      { datum: 'vol.ivrv', reason: 'the index did not move' },
      { datum: 'vol.ewma', reason: 'no bar had closed yet' },
    ])
  })
})

describe('an attempt', () => {
  it('is the value, or why it cannot be computed', () => {
    expect(attempt(() => 1)).toEqual({ value: 1 })
    const refuse = (): number => {
      throw new RangeError('black76: iv must be a finite number >= 0, got NaN')
    }
    expect(attempt(refuse)).toEqual({ missing: 'black76: iv must be a finite number >= 0, got NaN' })
  })

  it('hides no bug', () => {
    const broken = (): number => {
      throw new TypeError('not a function')
    }
    expect(() => attempt(broken)).toThrow(TypeError)
  })
})
