import { existsSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import {
  type History,
  openPlainHistory,
  openReconstructedHistory,
  openRecordedHistory,
  openSyntheticHistory,
  openTardisHistory,
  quoteFormatOf,
  readPlainBars,
  readRecordedBars,
} from '@cc/backtest'
import { CcError, CURRENCIES, type Currency, type Logger } from '@cc/models'
import type { BacktestFlags } from './backtest-flags.js'
import type { Settings } from './config.js'
import { usageError } from './failure.js'
import type { Io } from './io.js'

const SYNTHETIC_FROM_MS = Date.UTC(2026, 0, 2)
const SYNTHETIC_FOR_MS = 180 * 86_400_000
const HOUR_MS = 3_600_000
/** Prices in the synthetic market change all the time. Expiries settle at 08:00 UTC. */
const SYNTHETIC_EVERY_MS = 8 * HOUR_MS

/**
 * Opens the history that `--data` names.
 *
 * @throws CcError `agent/usage` naming file, row, field and value, and what was expected.
 */
export async function openBacktestHistory(
  flags: BacktestFlags,
  settings: Settings,
  { io, logger }: { io: Pick<Io, 'env' | 'folder'>; logger: Logger },
): Promise<History> {
  const { data, from, to, every, seed, sizes, badRows } = flags
  const named = settings.origins.UNDERLYINGS === 'default' ? undefined : settings.values.UNDERLYINGS
  const span = { ...(from === undefined ? {} : { fromMs: from }), ...(to === undefined ? {} : { toMs: lastMs(to) }) }
  if (data === 'synthetic') {
    if (flags.model === true)
      throw usageError('--model reconstructs quotes from the bars of a folder: give --data too.')
    const fromMs = from ?? SYNTHETIC_FROM_MS
    const toMs = to === undefined ? fromMs + SYNTHETIC_FOR_MS : lastMs(to)
    return openSyntheticHistory({
      seed,
      fromMs,
      toMs,
      everyMs: every ?? SYNTHETIC_EVERY_MS,
      currencies: [...(named ?? CURRENCIES)],
    })
  }
  const folder = resolve(io.folder, data)
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw usageError(`--data ${data}: expected synthetic, or a folder of recorded chains.`)
  }
  const cacheFolder = flags.cache ? join(cacheHome(io), 'ccagent') : undefined
  const common = {
    ...{ folder, ...span, badRows },
    ...(sizes === undefined ? {} : { sizes }),
    ...(named === undefined ? {} : { currencies: named }),
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  }
  return asUsage(async () => {
    const format = quoteFormatOf(folder)
    if (flags.model === true) return openModelled({ ...common, format, everyMs: every ?? HOUR_MS }, data)
    if (format === 'plain') return openPlainHistory(common, { logger })
    if (format === 'tardis')
      return openTardisHistory(every === undefined ? common : { ...common, everyMs: every }, { logger })
    return openRecordedHistory(common, { logger })
  })
}

/** Quotes from a surface over real candles and a real volatility index, of which a folder must have both. */
function openModelled(
  wanted: {
    folder: string
    format: 'plain' | 'tardis' | undefined
    fromMs?: number
    toMs?: number
    everyMs: number
    badRows: BacktestFlags['badRows']
    currencies?: readonly Currency[]
  },
  data: string,
): History {
  const { folder, format, fromMs, toMs, everyMs, badRows, currencies } = wanted
  if (fromMs === undefined || toMs === undefined) throw usageError('--model needs --from and --to.')
  const read = format === undefined && existsSync(join(folder, 'spot_hourly')) ? readRecordedBars : readPlainBars
  const bars = read({ folder, toMs, badRows, ...(currencies === undefined ? {} : { currencies }) })
  const source = `candles and volatility index of ${basename(data)}`
  const { card, ...history } = openReconstructedHistory({ fromMs, toMs, everyMs }, { series: bars.series, source })
  return { ...history, card: { ...card, badRows: bars.badRows } }
}

/** The midnight that ends a day is not of it; of a moment, what happens at it is looked at. */
function lastMs(toMs: number): number {
  return toMs % (24 * HOUR_MS) === 0 ? toMs - 1 : toMs
}

function cacheHome({ env }: Pick<Io, 'env'>): string {
  return env.XDG_CACHE_HOME || join(env.HOME ?? homedir(), '.cache')
}

/** Files that cannot be read are a wrong argument here, whatever they are to the reader. */
async function asUsage<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!CcError.isInstance(error) || !error.code.startsWith('backtest/')) throw error
    throw usageError(error.message, error.facts)
  }
}
