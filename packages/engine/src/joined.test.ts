import { describe, expect, it } from 'vitest'
import { joined } from './joined.js'

describe('joined signals', () => {
  it.each([0, 1])('are aborted with the reason of signal %i', (place) => {
    const controllers = [new AbortController(), new AbortController()] as const
    const both = joined(controllers[0].signal, controllers[1].signal)
    expect(both.aborted).toBe(false)
    const reason = new Error('stop')
    controllers[place]?.abort(reason)
    expect(both.reason).toBe(reason)
  })

  it('are aborted from the start where one is', () => {
    expect(joined(new AbortController().signal, AbortSignal.abort()).aborted).toBe(true)
  })

  it('are the same signal for the same two, and another for others', () => {
    const [first, second, third] = [new AbortController().signal, new AbortController().signal, AbortSignal.abort()]
    expect(joined(first, second)).toBe(joined(first, second))
    expect(joined(first, third)).not.toBe(joined(first, second))
  })
})
