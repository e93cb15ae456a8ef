import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createEventQueue } from './event-queue.js'

const done = { done: true, value: undefined }
const some = (value: number) => ({ done: false, value })

describe('an event queue', () => {
  it('has room for as many as wait, however many were read before', async () => {
    const { push, iterator } = createEventQueue<number>(3, () => {})
    expect([1, 2, 3].every(push)).toBe(true)
    expect(await iterator.next()).toEqual(some(1))
    expect(push(4)).toBe(true)
    expect(push(5)).toBe(false)
    expect(await iterator.next()).toEqual(some(2))
  })

  it('needs no room for those that are waited for', async () => {
    const { push, iterator } = createEventQueue<number>(1, () => {})
    const waiting = [iterator.next(), iterator.next()]
    expect([1, 2, 3].every(push)).toBe(true)
    expect(await Promise.all(waiting)).toEqual([some(1), some(2)])
    expect(await iterator.next()).toEqual(some(3))
  })

  it('keeps the newest of each key in the place of the older, and always has room for it', async () => {
    const { push, replace, end, iterator } = createEventQueue<number>(1, () => {})
    replace('a', 1)
    push(2)
    replace('a', 3)
    replace('b', 4)
    expect([await iterator.next(), await iterator.next(), await iterator.next()]).toEqual([some(3), some(2), some(4)])
    const waiting = iterator.next()
    replace('a', 5)
    replace('a', 6)
    expect([await waiting, await iterator.next()]).toEqual([some(5), some(6)])
    end()
    replace('a', 7)
    expect(await iterator.next()).toEqual(done)
  })

  it('hands out what waits, then the error once, then nothing', async () => {
    const { push, end, iterator } = createEventQueue<number>(3, () => {})
    push(1)
    end({ error: new Error('broken') })
    expect(push(2)).toBe(true)
    expect(await iterator.next()).toEqual(some(1))
    await expect(iterator.next()).rejects.toThrow('broken')
    expect(await iterator.next()).toEqual(done)
  })

  it('tells one of those who wait of the error, and the others that it is over', async () => {
    const { end, iterator } = createEventQueue<number>(3, () => {})
    const [first, second] = [iterator.next(), iterator.next()]
    end({ error: new Error('broken') })
    await expect(first).rejects.toThrow('broken')
    expect([await second, await iterator.next()]).toEqual([done, done])
  })

  it('drops what waits where it ends without an error, also after one', async () => {
    let left = 0
    const { push, end, iterator } = createEventQueue<number>(3, () => {
      left += 1
    })
    push(1)
    push(2)
    end({ error: new Error('broken') })
    expect(await iterator.return?.()).toEqual(done)
    expect([await iterator.next(), left]).toEqual([done, 1])
  })

  it('hands out everything in order', async () => {
    const script = fc.array(fc.nat(5), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(script, async (counts) => {
        const { push, iterator } = createEventQueue<number>(1_000, () => {})
        const read: number[] = []
        let next = 0
        for (const [turn, count] of counts.entries()) {
          const items = Array.from({ length: count }, () => next++)
          expect(items.every(push)).toBe(true)
          const reads = Math.min(turn % 4, next - read.length)
          for (let at = 0; at < reads; at += 1) read.push((await iterator.next()).value as number)
        }
        while (read.length < next) read.push((await iterator.next()).value as number)
        expect(read).toEqual(Array.from({ length: next }, (_, index) => index))
      }),
    )
  })
})
