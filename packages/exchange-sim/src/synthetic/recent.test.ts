import { expect, it } from 'vitest'
import { keepRecent } from './recent.js'

it('computes what it keeps no more, and the same whatever was asked for between', () => {
  const asked: number[] = []
  const squares = keepRecent(3, (number) => {
    asked.push(number)
    return { square: number ** 2 }
  })
  const [two, three] = [squares(2), squares(3)]
  expect([squares(2), squares(3), squares(-3)]).toEqual([{ square: 4 }, { square: 9 }, { square: 9 }])
  expect(squares(2)).toBe(two)
  expect(squares(3)).not.toBe(three)
  expect(asked).toEqual([2, 3, -3, 3])
  for (let number = -10; number < 10; number++) expect(squares(number)).toEqual({ square: number ** 2 })
})
