import type { Currency, NumberColumn, VenueHistory } from '@cc/models'
import type { HistoryRequest } from './bar-history.js'

type Read = (currency: Currency, request: HistoryRequest) => Promise<VenueHistory>
type Columns = Pick<VenueHistory, 'openMs' | 'open' | 'high' | 'low' | 'close'>

/**
 * Keeps the bars that were read, which never change once they have closed, and asks again only when a bar more must have
 * closed since. Of each currency, kind and resolution it keeps the span that was asked for last.
 */
export function createKeptHistory(read: Read, nowMs: () => number): Read {
  const kept = new Map<string, { fromMs: number; history: VenueHistory }>()

  return async (currency, request) => {
    const { kind, fromMs, toMs, resolutionMs } = request
    const key = `${currency} ${kind} ${resolutionMs}`
    const before = kept.get(key)
    const latestMs = before?.history.openMs.at(-1)
    if (before === undefined || latestMs === undefined || fromMs < before.fromMs) {
      const history = await read(currency, request)
      kept.set(key, { fromMs, history })
      return history
    }
    const lastClosedMs = (Math.floor(Math.min(toMs, nowMs()) / resolutionMs) - 1) * resolutionMs
    if (lastClosedMs <= latestMs) return { ...before.history, ...columnsWithin(before.history, { fromMs, toMs }) }

    const newer = await read(currency, { ...request, fromMs: Math.max(fromMs, latestMs + resolutionMs) })
    const older = columnsWithin(before.history, { fromMs, toMs: latestMs + 1 })
    const history = { ...newer, ...joined(older, newer) }
    kept.set(key, { fromMs, history })
    return history
  }
}

const NAMES = ['openMs', 'open', 'high', 'low', 'close'] as const

function columnsWithin(history: Columns, { fromMs, toMs }: { fromMs: number; toMs: number }): Columns {
  const opens = [...history.openMs]
  const isAfter = (limitMs: number) => {
    const place = opens.findIndex((openMs) => openMs >= limitMs)
    return place === -1 ? opens.length : place
  }
  const [from, to] = [isAfter(fromMs), isAfter(toMs)]
  return columns((name) => history[name].slice(from, to))
}

function joined(older: Columns, newer: Columns): Columns {
  return columns((name) => [...older[name], ...newer[name]])
}

function columns(of: (name: (typeof NAMES)[number]) => NumberColumn): Columns {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as unknown as Columns
}
