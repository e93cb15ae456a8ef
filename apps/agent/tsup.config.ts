import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig({
  ...packageBuild(['src/main.ts', 'src/benchmark-worker.ts', 'src/sweep-worker.ts']),
  dts: false,
  // One bundle from the sources of the packages: `start` waits for no build but this one.
  noExternal: [/^@cc\//],
  // Native, optional, and loaded by one command alone.
  external: ['@duckdb/node-api'],
  esbuildOptions(options) {
    options.conditions = ['@cc/source']
  },
  // What the packages bring along in CommonJS asks for Node's own modules with `require`, which a module has not.
  banner: {
    js: "import { createRequire as requireOfNode } from 'node:module'; const require = requireOfNode(import.meta.url);",
  },
})
