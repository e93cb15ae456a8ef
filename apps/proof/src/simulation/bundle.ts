import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

/** As the packages' own tests resolve each other: their sources, never a stale build. */
const CONDITIONS = ['@cc/source', 'module', 'node', 'import', 'default']
const ENTRY = fileURLToPath(new URL('worker.ts', import.meta.url))

/**
 * Bundles the simulation with the packages that it runs, from their sources.
 *
 * @param outfile where the bundle goes
 * @param overlay texts that take the place of files, by their absolute path: sources that somebody patched
 * @param entry what is bundled in place of the simulation's worker
 */
export async function bundleSimulation(
  outfile: string,
  overlay: ReadonlyMap<string, string> = new Map(),
  entry: string = ENTRY,
): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    conditions: CONDITIONS,
    logLevel: 'error',
    plugins: overlay.size === 0 ? [] : [laidOver(overlay)],
  })
}

function laidOver(overlay: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'overlay',
    setup({ onLoad, onResolve }) {
      // A file of the overlay need not exist.
      onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
        const source = join(resolveDir, path.replace(/\.js$/, '.ts'))
        return overlay.has(source) ? { path: source } : undefined
      })
      onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
        contents: overlay.get(path) ?? (await readFile(path, 'utf8')),
        loader: 'ts',
      }))
    },
  }
}

/** Where bundles lie. */
export const BUNDLE_FOLDER = join(
  fileURLToPath(new URL('../../../../', import.meta.url)),
  'node_modules/.cache/simulation',
)
