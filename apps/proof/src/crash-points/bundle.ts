import { fileURLToPath } from 'node:url'
import { bundleSimulation } from '../simulation/bundle.ts'

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url))

/**
 * Bundles the crash points with the packages that they run, from their sources.
 *
 * @param outfile where the bundle goes
 * @param overlay texts that take the place of files, by their absolute path: sources that somebody patched
 */
export function bundleCrashPoints(outfile: string, overlay: ReadonlyMap<string, string> = new Map()): Promise<void> {
  return bundleSimulation(outfile, overlay, WORKER)
}
