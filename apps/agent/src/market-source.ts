import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { createRecordedMarket, createSyntheticMarket, type Market, parseRecordedChain } from '@cc/exchange-sim'
import { CcError, type Currency } from '@cc/models'
import type { Settings } from './config.js'
import { notInThisVersion, systemCodeOf, usageError } from './failure.js'
import type { Flags } from './flags.js'

/** The prices that a simulated exchange is opened with, and the coins that are traded on it. */
export type World = {
  market: Market
  underlyings: readonly Currency[]
  /** Names the prices by their content, so that equal runs have equal names. */
  contentId: string
}

const DEFAULT_START_MS = Date.UTC(2026, 0, 2)
const FILE_NAME = /\.(json|csv)(\.gz)?$/
const SNAPSHOT_FILES = ['snapshots.csv.gz', 'snapshots.csv']
const MAX_TEXT_BYTES = 400_000_000

/**
 * Opens the market that `--market` names: the seeded synthetic one, or recorded chains of the real exchange from
 * files, one per coin.
 *
 * @throws CcError `agent/usage` naming file, row, field and value; `agent/not-in-this-version`
 */
export function openWorld(flags: Flags, settings: Settings, folder: string): World {
  const { market = 'synthetic', seed, start } = flags
  if (market === 'synthetic') return syntheticWorld(flags, settings)
  if (seed !== undefined) throw usageError('--seed shapes the synthetic market, and --market names a recorded one.')
  const files = market.split(',').map((name) => readChainFile(name, folder))
  if (start !== undefined && files.some(({ name }) => /\.json(\.gz)?$/.test(name))) {
    throw usageError('--start picks a moment from a .csv of many, and a .json is one moment.')
  }
  const recorded = asUsage(() =>
    createRecordedMarket(
      files.map(({ name, text, snapshots }) =>
        parseRecordedChain({
          name,
          text,
          ...(start === undefined ? {} : { atMs: start }),
          ...(snapshots === undefined ? {} : { snapshots }),
        }),
      ),
    ),
  )
  return {
    market: recorded,
    underlyings: recordedUnderlyings(recorded, settings),
    contentId: createHash('sha256')
      .update(files.map(({ text }) => text).join('\0'))
      .digest('hex'),
  }
}

/** `SYNTHETIC market, seed 1`: nobody shall take it for a real one. */
export function labelled(source: string): string {
  return source.replace(/^\w+/, (word) => word.toUpperCase())
}

function syntheticWorld({ seed = 1, start = DEFAULT_START_MS }: Flags, { values }: Settings): World {
  const underlyings = values.UNDERLYINGS
  const market = createSyntheticMarket({ seed, startMs: start, currencies: [...underlyings] })
  return { market, underlyings, contentId: market.source.description }
}

type ChainFile = { name: string; text: string; snapshots: string | undefined }

function readChainFile(name: string, folder: string): ChainFile {
  const path = resolve(folder, name)
  if (isFolder(path, name)) throw notInThisVersion(`--market ${name}: recorded history (a folder)`)
  if (!FILE_NAME.test(path)) {
    throw usageError(`--market ${name}: expected synthetic or a recorded chain, a .json, .csv or .csv.gz file.`)
  }
  const text = readText(path, name)
  return { name: basename(path), text, snapshots: /\.csv(\.gz)?$/.test(path) ? readSnapshots(path, name) : undefined }
}

/** The index prices of a chain in CSV lie beside it. */
function readSnapshots(path: string, shown: string): string {
  const places = SNAPSHOT_FILES.map((file) => join(dirname(path), file))
  const beside = places.find((place) => existsSync(place))
  if (beside !== undefined) return readText(beside, beside)
  throw usageError(`--market ${shown}: its index prices are expected in ${places.join(' or ')}, and neither is there.`)
}

function isFolder(path: string, shown: string): boolean {
  try {
    const stats = statSync(path)
    if (!stats.isDirectory() && !stats.isFile()) throw usageError(`--market ${shown} is neither a file nor a folder.`)
    return stats.isDirectory()
  } catch (error) {
    if (CcError.isInstance(error)) throw error
    throw usageError(`--market ${shown} cannot be read: ${(error as Error).message}.`)
  }
}

function readText(path: string, shown: string): string {
  try {
    const bytes = readFileSync(path)
    return (path.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: MAX_TEXT_BYTES }) : bytes).toString('utf8')
  } catch (error) {
    throw usageError(`--market ${shown} cannot be read: ${(error as Error).message}.`, {
      systemCode: systemCodeOf(error) ?? null,
    })
  }
}

/** The coins of the files that the settings name; a flag or a setting that names none of theirs is an error. */
function recordedUnderlyings({ currencies }: Market, { values, origins }: Settings): readonly Currency[] {
  if (origins.UNDERLYINGS === 'default') return currencies
  const there = values.UNDERLYINGS.filter((currency) => currencies.includes(currency))
  const isFlag = origins.UNDERLYINGS.startsWith('--')
  if (there.length === values.UNDERLYINGS.length || (there.length > 0 && !isFlag)) return there
  throw usageError(
    `UNDERLYINGS=${values.UNDERLYINGS.join(',')} (${origins.UNDERLYINGS}): the recorded market has ${currencies.join(',')} only.`,
  )
}

// A file that cannot be read as a chain is a wrong argument here, whatever it is to the exchange.
function asUsage<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw CcError.isInstance(error) ? usageError(error.message, error.facts) : error
  }
}
