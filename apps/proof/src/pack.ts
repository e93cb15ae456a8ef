import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'

/** Packs every package of `packages/` as it would be published; paths of the tarballs. Needs the builds. */
export function packPublished(root: string, destination: string): readonly string[] {
  const packed = spawnSync(
    'pnpm',
    ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (packed.error !== undefined) {
    throw new Error('There is no pnpm on the PATH: run this through `npx -y pnpm@10.34.9`.', { cause: packed.error })
  }
  if (packed.status !== 0) throw new Error(`pnpm pack failed:\n${packed.stdout}${packed.stderr}`)
  return globSync('*.tgz', { cwd: destination })
    .sort()
    .map((name) => join(destination, name))
}
