import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url))

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>

type Manifest = {
  name: string
  private?: boolean
  exports?: Exports
  dependencies?: Readonly<Record<string, string>>
  peerDependencies?: Readonly<Record<string, string>>
}

export type WorkspacePackage = {
  /** Relative to the root, `packages/risk`. */
  folder: string
  /** Last part of the folder, `risk`. */
  id: string
  manifest: Manifest
}

/** Packages, apps and examples of the repository at `root`, by folder. */
export function readWorkspace(root: string = repositoryRoot): readonly WorkspacePackage[] {
  return globSync(['{packages,apps}/*/package.json', 'examples/package.json'], { cwd: root })
    .sort()
    .map((path) => ({
      folder: dirname(path),
      id: basename(dirname(path)),
      manifest: JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest,
    }))
}

export function isPublished(candidate: WorkspacePackage): boolean {
  return candidate.manifest.private !== true
}

/** What may be imported from outside: specifier and source file of each entry that is code. */
export function entriesOf({ folder, manifest }: WorkspacePackage): readonly { specifier: string; source: string }[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([subpath, target]) => {
    const source = typeof target === 'string' ? undefined : target['@cc/source']
    if (source === undefined) return []
    return [{ specifier: join(manifest.name, subpath), source: join(folder, source) }]
  })
}
