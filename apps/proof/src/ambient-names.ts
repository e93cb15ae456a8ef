/**
 * What a package may not reach for: time, chance, environment, console, network and disk come in through a
 * port, an option or a seed, so that a run can be repeated.
 */

/** Globals, and members of globals. The name of an object stands for everything in it. */
export const AMBIENT_GLOBALS: readonly string[] = [
  'Date.now',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'AbortSignal.timeout',
  'Math.random',
  'crypto',
  'process.env',
  'process.hrtime',
  'process.uptime',
  'process.getBuiltinModule',
  'console',
  'fetch',
  'WebSocket',
  'EventSource',
]

/** Members of Node modules whose other members are fine (`createHash`). */
export const AMBIENT_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  crypto: [
    'randomUUID',
    'randomBytes',
    'pseudoRandomBytes',
    'randomInt',
    'randomFill',
    'randomFillSync',
    'getRandomValues',
    'webcrypto',
    'subtle',
    'generateKey',
    'generateKeySync',
    'generateKeyPair',
    'generateKeyPairSync',
  ],
}

/** Node modules that no package imports, and disk, which only the listed packages do. `node:` or not. */
export const AMBIENT_MODULES: Readonly<Record<string, { unlessIn: readonly string[] }>> = {
  timers: { unlessIn: [] },
  'timers/promises': { unlessIn: [] },
  perf_hooks: { unlessIn: [] },
  console: { unlessIn: [] },
  process: { unlessIn: [] },
  module: { unlessIn: [] },
  fs: {
    unlessIn: [
      'packages/logging/',
      'packages/policy-llm/src/cassette-file.ts',
      // Readers of history, results of a sweep, and the library that draws a report.
      'packages/backtest/src/history/',
      'packages/backtest/src/sources/',
      'packages/backtest/src/sweep/',
      'packages/backtest/src/report/chart-library.ts',
    ],
  },
  'fs/promises': { unlessIn: ['packages/logging/'] },
}

/** The only files that may, and what. */
export const AMBIENT_EXEMPTIONS: Readonly<Record<string, 'everything' | readonly string[]>> = {
  'packages/models/src/clock/system-clock.ts': 'everything',
  'packages/models/src/clock/virtual-clock.ts': ['setImmediate'],
}
