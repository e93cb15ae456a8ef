import { expect, it } from 'vitest'
import { createStderrLogger } from './io.js'

function logged(verbose: boolean): string {
  const parts: string[] = []
  const logger = createStderrLogger({ write: (text) => parts.push(text) }, { verbose })
  logger.debug('looked', { rows: 3 })
  logger.info('began')
  logger.warn('a cycle failed', { code: 'deribit/unreachable', cycle: 7 })
  logger.error('a bug', {
    code: 'engine/unexpected',
    stack: 'TypeError: no\n    at decide (policy.ts:7:1)',
    causes: ['Error: why\n    at see (state.ts:1:1)', 'and that'],
  })
  return parts.join('')
}

it('tells warnings and errors, with the stack of a bug as a person reads it', () => {
  expect(logged(false)).toBe(
    [
      'warning: a cycle failed {"code":"deribit/unreachable","cycle":7}',
      'error: a bug {"code":"engine/unexpected"}',
      '  stack: TypeError: no',
      '    at decide (policy.ts:7:1)',
      '  causes: Error: why',
      '    at see (state.ts:1:1)',
      '  causes: and that',
      '',
    ].join('\n'),
  )
})

it.each([
  [false, ['  causes: Error: EACCES: permission denied']],
  [
    true,
    [
      '  stack: CcError: The log was not written.',
      '    at append',
      '  causes: Error: EACCES: permission denied',
      '    at open',
    ],
  ],
])('tells of what is no bug where it comes from, but shows no stack unless asked to (%s)', (verbose, below) => {
  const parts: string[] = []
  createStderrLogger({ write: (text) => parts.push(text) }, { verbose }).error('a cycle failed', {
    code: 'logging/append-failed',
    message: 'The log was not written.',
    stack: 'CcError: The log was not written.\n    at append',
    causes: ['Error: EACCES: permission denied\n    at open'],
  })
  expect(parts.join('').trimEnd().split('\n').slice(1)).toEqual(below)
})

it('tells everything when asked to', () => {
  expect(logged(true)).toContain('debug: looked {"rows":3}\ninfo: began\n')
})
