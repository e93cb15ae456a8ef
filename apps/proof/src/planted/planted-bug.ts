import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryRoot } from '../workspace.ts'

/** One place in a shipped source, and what is put there instead. */
type Edit = {
  /** From the root of the repository. */
  file: string
  /** Stands there exactly once. */
  find: string
  replace: string
}

/**
 * What must see a bug. `seeds`: the simulation, where these seeds show it; none are named where the first ones do.
 * `states`: the second risk calculator, whose answers then differ. `check`: what is asked by name, where no agent of the
 * simulation comes to it. `halt-file`: whatever lies under the name of the kill switch halts.
 */
type CaughtBy =
  | { by: 'seeds'; seeds: readonly number[] }
  | { by: 'states' }
  | { by: 'check'; check: string }
  | { by: 'halt-file' }

/** A bug that could have been shipped: a small change to sources. */
export type PlantedBug = {
  /** Kebab-case, unique. */
  name: string
  /** What is wrong, in one sentence. */
  why: string
  /** One place; several where the one is held by what stands behind it. */
  edits: readonly Edit[]
  caughtBy: CaughtBy
}

/** Patched texts by absolute path, or why the bug does not fit the sources any more. */
export type Patched = { overlay: ReadonlyMap<string, string> } | { problem: string }

/** Applies a bug to the sources as they are, in memory. */
export function patch({ edits }: Pick<PlantedBug, 'edits'>, read: (path: string) => string = readSource): Patched {
  const overlay = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const path = join(repositoryRoot, file)
    const text = overlay.get(path) ?? read(path)
    const times = text.split(find).length - 1
    if (times !== 1) return { problem: `its text stands ${times} times in ${file}, and not once` }
    overlay.set(
      path,
      text.replace(find, () => replace),
    )
  }
  return { overlay }
}

function readSource(path: string): string {
  return readFileSync(path, 'utf8')
}
