import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { CcError, type Currency, currencySchema, type Span } from '@cc/models'
import { z } from 'zod'
import { usageError } from './failure.js'

export const SERIES = ['candles', 'dvol', 'deliveries'] as const
export type Series = (typeof SERIES)[number]

/** A time in epoch ms, and what was then: open, high, low and close, or one price. */
export type FetchedRow = readonly number[]

/** All that was ever fetched into a folder: which spans, and what was in them. */
export type FetchedData = {
  /** What of the span was not fetched yet, oldest first. */
  missing(series: Series, currency: Currency, span: Span): readonly Span[]
  /** Keeps a span that was fetched whole, durably before it returns. Its rows are oldest first. */
  add(part: { series: Series; currency: Currency; rows: readonly FetchedRow[] } & Span): void
  /** Every row of a series and coin, oldest first, each time once. */
  rows(series: Series, currency: Currency): readonly FetchedRow[]
}

const FETCHED_FILE = 'fetched.jsonl'

/**
 * Opens what was fetched into a folder, which is created where it is not there. Each line of its file is a span with all
 * that was in it, so that the two can never disagree; a last line that was cut off is taken back, and its span is missing.
 *
 * @throws CcError `agent/usage` for a folder of another exchange; `agent/data-folder` where it cannot be used.
 */
export function openFetched(folder: string, source: string): FetchedData {
  const path = join(folder, FETCHED_FILE)
  const parts = guarded(folder, () => {
    mkdirSync(folder, { recursive: true })
    return existsSync(path) ? readParts(path) : []
  })
  const foreign = parts.find((part) => part.source !== source)
  if (foreign !== undefined) {
    throw usageError(`${folder} holds data of ${foreign.source}, not of ${source}: name another folder with --out.`)
  }
  const of = (series: Series, currency: Currency) =>
    parts.filter((part) => part.series === series && part.currency === currency)
  return {
    missing: (series, currency, span) => without(span, of(series, currency)),
    add(part) {
      const whole = { source, ...part, rows: part.rows.map((row) => [...row]) }
      guarded(folder, () => appendFileSync(path, `${JSON.stringify(whole)}\n`, { flush: true }))
      parts.push(whole)
    },
    rows(series, currency) {
      const byTime = new Map(of(series, currency).flatMap(({ rows }) => rows.map((row) => [row[0] ?? 0, row])))
      return [...byTime.entries()].sort(([a], [b]) => a - b).map(([, row]) => row)
    },
  }
}

/** What is left of a span without the others, oldest first. */
export function without({ fromMs, toMs }: Span, others: readonly Span[]): readonly Span[] {
  const left: Span[] = []
  let beginMs = fromMs
  for (const other of [...others].sort((a, b) => a.fromMs - b.fromMs)) {
    const endMs = Math.min(other.fromMs, toMs)
    if (endMs > beginMs) left.push({ fromMs: beginMs, toMs: endMs })
    beginMs = Math.max(beginMs, other.toMs)
  }
  if (beginMs < toMs) left.push({ fromMs: beginMs, toMs })
  return left
}

/** Anything that keeps a folder of market data from being used. */
export function dataFolderError(message: string, folder: string, cause?: unknown): CcError {
  return new CcError(message, { code: 'agent/data-folder', recovery: 'halt', facts: { folder }, cause })
}

/** Runs what touches the folder; what the system refuses there is an error that names it. */
export function guarded<T>(folder: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (CcError.isInstance(error)) throw error
    throw dataFolderError(`${folder} cannot be used: ${(error as Error).message}.`, folder, error)
  }
}

const partSchema = z
  .strictObject({
    source: z.string(),
    series: z.enum(SERIES),
    currency: currencySchema,
    fromMs: z.int(),
    toMs: z.int(),
    rows: z.array(z.array(z.number()).min(2).max(5)),
  })
  .refine(({ fromMs, toMs, rows }) => rows.every(([timeMs = Number.NaN]) => timeMs >= fromMs && timeMs < toMs))
type Part = z.infer<typeof partSchema>

function readParts(path: string): Part[] {
  const text = readFileSync(path, 'utf8')
  const end = text.lastIndexOf('\n') + 1
  if (end < text.length) truncateSync(path, Buffer.byteLength(text.slice(0, end)))
  return text
    .slice(0, end)
    .split('\n')
    .slice(0, -1)
    .map((line, i) => readPart(line, `${path}, line ${i + 1}`))
}

function readPart(line: string, place: string): Part {
  const parsed = partSchema.safeParse(parseJson(line))
  if (parsed.success) return parsed.data
  throw dataFolderError(`${place} is not what was written. Delete the file, and everything is fetched again.`, place)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
