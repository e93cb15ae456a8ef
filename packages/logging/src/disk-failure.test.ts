import { expect, it } from 'vitest'
import { systemError } from '../test/failing-disk.js'
import { diskFailure } from './disk-failure.js'

it.each([
  ['what the system said, with its code', systemError('EIO'), 'EIO', 'EIO: the system says no'],
  ['an error of another kind', new Error('it is a pipe'), null, 'it is a pipe'],
  ['an error whose code is none of the system’s', Object.assign(new Error('no'), { code: 5 }), null, 'no'],
  ['what is no error', 'gone', null, 'gone'],
])('halts and names the file: %s', (_, cause, systemCode, message) => {
  expect(diskFailure('logging/append-failed', '/logs/a.jsonl', cause)).toMatchObject({
    code: 'logging/append-failed',
    recovery: 'halt',
    message: expect.stringContaining(`Cannot use /logs/a.jsonl: ${message}`),
    facts: { path: '/logs/a.jsonl', systemCode },
    cause,
  })
})
