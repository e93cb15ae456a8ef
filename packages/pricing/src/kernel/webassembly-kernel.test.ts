import { afterEach, describe, expect, it, vi } from 'vitest'
import { chainModule, createWebAssemblyKernels } from './webassembly-kernel.js'

afterEach(() => vi.unstubAllGlobals())

type Engine = { WebAssembly: { validate: (bytes: Uint8Array) => boolean; Module: unknown; Instance: unknown } }
const { WebAssembly } = globalThis as unknown as Engine

describe('createWebAssemblyKernels', () => {
  it('assembles a valid module, the same bytes each time', () => {
    expect(WebAssembly.validate(chainModule())).toBe(true)
    expect(chainModule()).toEqual(chainModule())
  })

  it('is null in an engine without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(createWebAssemblyKernels()).toBeNull()
  })

  it('is null in an engine without SIMD', () => {
    vi.stubGlobal('WebAssembly', { ...WebAssembly, validate: () => false })
    expect(createWebAssemblyKernels()).toBeNull()
  })

  it('is null where a policy forbids to compile', () => {
    const Module = class {
      constructor() {
        throw new Error('blocked by the content security policy')
      }
    }
    vi.stubGlobal('WebAssembly', { validate: WebAssembly.validate, Module, Instance: WebAssembly.Instance })
    expect(createWebAssemblyKernels()).toBeNull()
  })
})
