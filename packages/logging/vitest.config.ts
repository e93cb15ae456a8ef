import { mergeConfig } from 'vitest/config'
import base from '../../vitest.base.ts'

/**
 * The append core: all that a record goes through until it is on disk, and all that decides at a start whether a log is
 * gone on with. `pnpm --filter @cc/logging coverage` fails where a test leaves a branch of it untaken.
 */
const APPEND_CORE = [
  'append-file',
  'ballast',
  'chain-check',
  'chain-writer',
  'chained-line',
  'disk-failure',
  'encode-line',
  'gather-lines',
  'node-disk',
  'open-file',
  'open-record',
  'read-lines',
  'recover',
  'send-index',
  'set-aside',
  'tail',
  'verify',
  'walk-file',
  'walk-log',
]

export default mergeConfig(base, {
  test: {
    coverage: {
      include: APPEND_CORE.map((name) => `src/${name}.ts`),
      reporter: ['text', 'json-summary'],
      thresholds: { perFile: true, branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
})
