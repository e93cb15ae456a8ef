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

it('tells everything when asked to', () => {
  expect(logged(true)).toContain('debug: looked {"rows":3}\ninfo: began\n')
})
