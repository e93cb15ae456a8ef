import { configDefaults, defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.base.ts'

/** What `pnpm mutation` runs on every fault: the cases. What is random or exhaustive takes too long for thousands of them. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      include: ['src/**/*.test.ts'],
      exclude: [...configDefaults.exclude, 'src/every-fate.test.ts', 'src/execute-action.property.test.ts'],
      typecheck: { enabled: false },
      reporters: ['default'],
    },
  }),
)
