import { afterEach, describe, expect, it, vi } from 'vitest'
import { kernelsOf } from './engine.js'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('kernelsOf', () => {
  it('takes WebAssembly where it may choose, and keeps what it made', () => {
    expect(kernelsOf('test', {})).toBe(kernelsOf('test', { engine: 'webassembly' }))
    expect(kernelsOf('test', { engine: 'typescript' })).toBe(kernelsOf('test', { engine: 'typescript' }))
    expect(kernelsOf('test', {})).not.toBe(kernelsOf('test', { engine: 'typescript' }))
  })

  it('takes TypeScript where there is no WebAssembly, unless that was asked for', async () => {
    vi.resetModules()
    vi.stubGlobal('WebAssembly', undefined)
    const fresh = await import('./engine.js')
    expect(fresh.kernelsOf('test', {})).toBe(fresh.kernelsOf('test', { engine: 'typescript' }))
    expect(() => fresh.kernelsOf('priceChain', { engine: 'webassembly' })).toThrow(
      new RangeError("priceChain: engine is 'webassembly', and there is none with SIMD here"),
    )
  })
})
