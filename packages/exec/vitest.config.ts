import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.base.ts'

/** No branch goes untested: `pnpm coverage` holds it. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      coverage: {
        include: ['src/**/*.ts'],
        exclude: ['src/**/*.{test,test-d,fixture}.ts', 'src/index.ts'],
        reportsDirectory: 'coverage/branches',
        reporter: ['text', 'json-summary'],
        thresholds: { branches: 100 },
      },
    },
  }),
)
