import { expect, it } from 'vitest'
import { createRecent } from './recent.js'

it('computes what it keeps no more, and the same whatever was asked for between', () => {
  const asked: number[] = []
  const squareOf = createRecent(3, (at) => {
    asked.push(at)
    return { square: at ** 2 }
  })
  const [two, three] = [squareOf(2), squareOf(3)]
  expect([squareOf(2), squareOf(3), squareOf(-3)]).toEqual([{ square: 4 }, { square: 9 }, { square: 9 }])
  expect(squareOf(2)).toBe(two)
  expect(squareOf(3)).not.toBe(three)
  expect(asked).toEqual([2, 3, -3, 3])
  squareOf(-2)
  expect(squareOf(2)).toBe(two)
  for (let at = -10; at < 10; at++) expect(squareOf(at)).toEqual({ square: at ** 2 })
})
