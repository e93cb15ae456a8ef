import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWaitingLine } from './waiting-line.js'

describe('a waiting line', () => {
  it('gives back what it was given, in order, and the newest in the place of those of the same key', () => {
    const line = createWaitingLine<string>(10)
    line.replace('a', 'a1')
    line.push('x')
    line.replace('b', 'b1')
    line.replace('a', 'a2')
    expect([line.size(), line.shift(), line.shift()]).toEqual([3, 'a2', 'x'])
    line.replace('a', 'a3')
    expect([line.shift(), line.shift(), line.shift(), line.size()]).toEqual(['b1', 'a3', undefined, 0])
  })

  it('behaves as a plain list would, however it is used', () => {
    const use = fc.oneof(
      { weight: 3, arbitrary: fc.constant({ do: 'push' as const }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('replace' as const), key: fc.constantFrom('a', 'b', 'c') }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('shift' as const), times: fc.nat({ max: 3 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('many' as const), times: fc.nat({ max: 3_000 }) }) },
    )
    fc.assert(
      fc.property(
        fc.array(use, { size: 'max', maxLength: 60 }),
        fc.integer({ min: 1, max: 2_500 }),
        (uses, capacity) => {
          const line = createWaitingLine<number>(capacity)
          let model: { key?: string; item: number }[] = []
          let item = 0
          const push = () => {
            item += 1
            const hasRoom = model.filter(({ key }) => key === undefined).length < capacity
            expect(line.push(item)).toBe(hasRoom)
            if (hasRoom) model.push({ item })
          }
          const shift = () => {
            expect(line.shift()).toBe(model[0]?.item)
            model = model.slice(1)
          }
          for (const one of uses) {
            if (one.do === 'push') push()
            if (one.do === 'replace') {
              item += 1
              line.replace(one.key, item)
              const waiting = model.find(({ key }) => key === one.key)
              if (waiting === undefined) model.push({ key: one.key, item })
              else waiting.item = item
            }
            if (one.do === 'shift') for (let i = 0; i < one.times; i++) shift()
            if (one.do === 'many') {
              for (let i = 0; i < one.times; i++) {
                if (line.push(item)) model.push({ item })
              }
              for (let i = 0; i < one.times; i++) shift()
            }
            expect(line.size()).toBe(model.length)
          }
          line.clear()
          expect([line.size(), line.shift()]).toEqual([0, undefined])
        },
      ),
      { numRuns: 50 },
    )
  })
})
