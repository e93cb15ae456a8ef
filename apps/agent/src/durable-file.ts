import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How files are written: Node's own, or in a test one that watches. */
export type Disk = { open: typeof open; rename: typeof rename }
const NODE_DISK: Disk = { open, rename }

const OWNER_ONLY = 0o600

/**
 * Replaces a file as a whole: whoever reads it, also after a crash, finds the old text or the new one, never half of
 * either. `synced`: on disk, under its name, before it resolves. Its draft lies beside it as `<path>.new`.
 */
export async function replaceFile(
  path: string,
  text: string,
  { synced, disk = NODE_DISK }: { synced: boolean; disk?: Disk },
): Promise<void> {
  const draft = `${path}.new`
  // A draft that lies there already is of a life that ended, or planted: it is never written through.
  await rm(draft, { force: true })
  await write(draft, text, { synced, disk })
  await disk.rename(draft, path)
  if (synced) await syncFolder(dirname(path), disk)
}

/** Creates a file that must not be there yet, on disk under its name before it resolves. */
export async function createFile(path: string, text: string, disk: Disk = NODE_DISK): Promise<void> {
  await write(path, text, { synced: true, disk })
  await syncFolder(dirname(path), disk)
}

async function write(path: string, text: string, { synced, disk }: { synced: boolean; disk: Disk }): Promise<void> {
  const file = await disk.open(path, 'wx', OWNER_ONLY)
  try {
    await file.writeFile(text)
    if (synced) await file.sync()
  } finally {
    await file.close()
  }
}

// A name survives a power cut only when its folder is on disk too.
async function syncFolder(folder: string, disk: Disk): Promise<void> {
  const handle = await disk.open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
