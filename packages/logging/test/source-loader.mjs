import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Lets Node run the sources of the workspace as they are: they import `x.js` where `x.ts` lies. */
registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || context.parentURL === undefined) return next(specifier, context)
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL)
    return existsSync(fileURLToPath(source)) ? next(source.href, context) : next(specifier, context)
  },
})
