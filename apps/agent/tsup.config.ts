import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/main.ts'],
  format: 'esm',
  target: 'node22',
  sourcemap: true,
  clean: true,
  // One bundle from the sources of the packages: `start` waits for no build but this one.
  noExternal: [/^@cc\//],
  esbuildOptions(options) {
    options.conditions = ['@cc/source']
  },
})
