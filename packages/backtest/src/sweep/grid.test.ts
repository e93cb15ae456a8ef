import { expect, it } from 'vitest'
import { expandGrid } from './grid.js'

it('has every combination, the last parameter changing fastest', () => {
  const axes = [
    { name: 'fill', values: ['cross', 'mid'] },
    { name: 'delta', values: ['0.1', '0.2'] },
  ]
  expect(expandGrid(axes)).toEqual([
    { fill: 'cross', delta: '0.1' },
    { fill: 'cross', delta: '0.2' },
    { fill: 'mid', delta: '0.1' },
    { fill: 'mid', delta: '0.2' },
  ])
})

it('is one that sets nothing where there is no parameter', () => {
  expect(expandGrid([])).toEqual([{}])
})

it.each([
  ['a parameter without values', [{ name: 'a', values: [] }], 'a must have at least one value'],
  ['a value twice', [{ name: 'a', values: ['1', '2', '1'] }], 'a has 1 twice'],
  [
    'a parameter twice',
    [
      { name: 'a', values: ['1'] },
      { name: 'a', values: ['2'] },
    ],
    'a is there twice',
  ],
])('refuses %s', (_what, axes, message) => {
  expect(() => expandGrid(axes)).toThrow(message)
})
