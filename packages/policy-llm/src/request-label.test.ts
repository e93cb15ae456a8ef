import { expect, it } from 'vitest'
import { REQUEST } from './model-call.fixture.js'
import { attemptOf, labelOf, REQUEST_LABEL } from './request-label.js'

it.each([1, 2])('a label tells the how manieth request of its call it is on: %d', (number) => {
  expect(attemptOf({ [REQUEST_LABEL]: labelOf(REQUEST, number) })).toBe(number)
  expect(attemptOf(new Headers({ [REQUEST_LABEL.toUpperCase()]: labelOf(REQUEST, number) }))).toBe(number)
})

it.each<{ why: string; headers: RequestInit['headers'] }>([
  { why: 'no headers', headers: undefined },
  { why: 'no label', headers: { accept: 'application/json' } },
  { why: 'a label of somebody else', headers: { [REQUEST_LABEL]: 'run:7:2' } },
  { why: 'a label of none', headers: { [REQUEST_LABEL]: labelOf(REQUEST, 0) } },
])('of $why nothing is told', ({ headers }) => {
  expect(attemptOf(headers)).toBeUndefined()
})
