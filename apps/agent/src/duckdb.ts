import { usageError } from './failure.js'

/** A database in memory. */
export type Database = {
  /** Runs statements one after the other and gives the rows of the last. */
  run(...statements: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): void
}

/**
 * Opens DuckDB in memory. It is an optional part of the installation, 70 MB of it, and is loaded here alone.
 *
 * @throws CcError `agent/usage` where it is not installed
 */
export async function openDatabase(load: () => Promise<DuckDb> = () => import('@duckdb/node-api')): Promise<Database> {
  const { DuckDBInstance } = await load().catch((cause: unknown) => {
    throw usageError(
      `This needs DuckDB, which is not installed here or not for this machine (${process.platform}-${process.arch}). Install it with "npm install @duckdb/node-api".`,
      { problem: String((cause as Error).message) },
    )
  })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  return {
    async run(...statements) {
      let rows: readonly Readonly<Record<string, unknown>>[] = []
      for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowObjects()
      return rows
    },
    close() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

type DuckDb = Pick<typeof import('@duckdb/node-api'), 'DuckDBInstance'>
