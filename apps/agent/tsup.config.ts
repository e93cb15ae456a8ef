import { defineConfig } from 'tsup'
import { packageBuild } from '../../tsup.base.ts'

export default defineConfig({
  ...packageBuild(['src/main.ts']),
  dts: false,
  // One bundle from the sources of the packages: `start` waits for no build but this one.
  noExternal: [/^@cc\//],
  esbuildOptions(options) {
    options.conditions = ['@cc/source']
  },
})
