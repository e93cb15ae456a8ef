import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/**
 * Where recordings of the real exchange lie. They are not part of this repository: suites that read
 * them ask `inject('recordings')` and skip when it is `null`.
 */
const recordingsPath = fileURLToPath(new URL('../shared', import.meta.url))
const recordings = existsSync(recordingsPath) ? recordingsPath : null
if (recordings === null) console.warn(`No recordings at ${recordingsPath}: tests on recorded data are skipped.`)

const conditions = ['@cc/source', 'module', 'node', 'import', 'default']

declare module 'vitest' {
  interface ProvidedContext {
    recordings: string | null
  }
}

/** One configuration for every package: tests read the sources of the other packages, never a stale build. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['src/**/*.test-d.ts', 'test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    provide: { recordings },
    // A bound for what hangs, not a measure: properties take seconds, and a busy machine ten times as long.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'coverage/tests.json' }]],
  },
})
