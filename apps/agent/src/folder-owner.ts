import { createHash } from 'node:crypto'
import { constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CcError } from '@cc/models'
import { z } from 'zod'
import { replaceFile } from './durable-file.js'
import { logFolderError, systemCodeOf } from './failure.js'

/** The file that says whose record a log folder holds, where it is an account at an exchange. */
const OWNER_FILE = 'venue.json'

const ownerSchema = z.strictObject({
  kind: z.enum(['deribit-testnet', 'local-exchange']),
  /** As in the address: `test.deribit.com`, `127.0.0.1:8080`. */
  host: z.string(),
  /** A hash that tells one account of a host from another. A number could be guessed from it, a key could not. */
  account: z.string(),
})
/** An account at an exchange, as a log folder remembers it. */
export type FolderOwner = z.infer<typeof ownerSchema>

/**
 * Whose record a log folder is to be. An account at the testnet keeps its number when its key is changed; one of a local
 * exchange lives as long as the key that it was made with, and is never asked.
 */
export async function ownerOf({
  host,
  isLocal,
  clientId,
  accountId,
}: {
  host: string
  isLocal: boolean
  clientId: string
  accountId: () => Promise<number | null>
}): Promise<FolderOwner> {
  if (isLocal) return { kind: 'local-exchange', host, account: hashOf(clientId) }
  return { kind: 'deribit-testnet', host, account: hashOf(String((await accountId()) ?? clientId)) }
}

/**
 * Refuses a log folder that belongs to another exchange, or to the simulated world (`host` null for that one). Nobody
 * has to be called for it.
 *
 * @throws CcError `agent/account-mismatch`, `agent/log-folder`
 */
export function requireHost(folder: string, host: string | null, { holdsRun }: { holdsRun: boolean }): void {
  const owner = readOwner(folder)
  if (owner === undefined && host !== null && holdsRun) {
    throw mismatch(folder, 'a simulated run', `the record of an account at ${host}`)
  }
  if (owner !== undefined && owner.host !== host) {
    throw mismatch(
      folder,
      `the record of an account at ${owner.host}`,
      host === null ? 'a simulated run' : `one at ${host}`,
    )
  }
}

/**
 * Makes a log folder an account's, or finds that it is already.
 *
 * @throws CcError `agent/account-mismatch` where it is another's, `agent/log-folder`
 */
export async function claimFolder(folder: string, owner: FolderOwner): Promise<void> {
  const known = readOwner(folder)
  if (known === undefined) return write(folder, owner)
  if (known.host === owner.host && known.account === owner.account) return
  throw mismatch(folder, `the record of another account at ${known.host}`, 'this one')
}

/**
 * Whose record a log folder holds; `undefined` for one of no account.
 *
 * @throws CcError `agent/log-folder` where the file says nothing that can be read
 */
export function readOwner(folder: string): FolderOwner | undefined {
  const path = join(folder, OWNER_FILE)
  try {
    return ownerSchema.parse(
      JSON.parse(readFileSync(path, { encoding: 'utf8', flag: constants.O_RDONLY | constants.O_NOFOLLOW })),
    )
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined
    throw logFolderError(`${path} cannot be read, so nobody knows whose record this is.`, folder, error)
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 16)
}

async function write(folder: string, owner: FolderOwner): Promise<void> {
  const path = join(folder, OWNER_FILE)
  try {
    await replaceFile(path, `${JSON.stringify(owner)}\n`, { synced: true })
  } catch (error) {
    throw logFolderError(`${path} cannot be written: ${(error as Error).message}.`, folder, error)
  }
}

function mismatch(folder: string, holds: string, wanted: string): CcError {
  return new CcError(`${folder} holds ${holds}, and not ${wanted}: use another --log-dir.`, {
    code: 'agent/account-mismatch',
    recovery: 'halt',
    facts: { folder },
  })
}
