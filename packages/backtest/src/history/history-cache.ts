import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Currency } from '@cc/models'
import type { BarColumns, ChainColumns, CoinSeries } from './chain-columns.js'
import type { HistoryCard } from './history.js'

/** All that a history is made of, as a cache keeps it. */
export type StoredHistory = {
  card: HistoryCard
  chains: readonly ChainColumns[]
  series: readonly CoinSeries[]
}

/** Where a history is kept: the key must change with everything that changes the history. */
export type CachePlace = { folder: string; key: string }

/**
 * Reads what was kept under a key; `undefined` where there is nothing, or what is there is damaged, cut, of another key, of
 * another version or of a machine of another byte order. All columns are views of one memory, which threads can share if
 * asked for.
 */
export function readHistoryCache({ folder, key }: CachePlace, { shared = false } = {}): StoredHistory | undefined {
  try {
    const memory = readMemory(join(folder, nameOf(key)), shared)
    const { header, dataStart } = readHeader(memory)
    const data = new Uint8Array(memory, dataStart)
    if (header.key !== key || data.length !== header.dataBytes || crc32(data) !== header.dataCrc32) return undefined
    return restore(header, memory, dataStart)
  } catch {
    // Whatever is wrong with a cache, the source is there.
    return undefined
  }
}

/**
 * Keeps a history under a key, beside others: of more than four the oldest goes. The file appears whole or not at all.
 *
 * @throws the error of the disk.
 */
export function writeHistoryCache({ folder, key }: CachePlace, stored: StoredHistory): void {
  const { header, columns } = describe(key, stored)
  const text = Buffer.from(JSON.stringify(header))
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix.set(new Uint8Array(Uint32Array.of(MAGIC, VERSION, text.length, 0).buffer))
  prefix.set(sha256(text), HASH_AT)
  mkdirSync(folder, { recursive: true })
  const workshop = mkdtempSync(join(folder, '.writing-'))
  try {
    const beside = join(workshop, nameOf(key))
    const file = openSync(beside, 'wx')
    try {
      writeWhole(file, prefix)
      writeWhole(file, text)
      writeWhole(file, new Uint8Array(padding(PREFIX_BYTES + text.length)))
      for (const column of columns) {
        writeWhole(file, bytesOf(column))
        writeWhole(file, new Uint8Array(padding(column.byteLength)))
      }
    } finally {
      closeSync(file)
    }
    renameSync(beside, join(folder, nameOf(key)))
    removeOldest(folder)
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
}

/** Changes with every change of what is stored or how, and with what the readers make of the same source. */
const VERSION = 2
/** Reads as another number on a machine of the other byte order. */
const MAGIC = 0x43_43_48_31
const HASH_AT = 16
const KEPT_FILES = 4
const FILE_NAME = /^[0-9a-f]{32}\.history$/
const PREFIX_BYTES = 48

type Column = Float64Array | Uint32Array | Uint8Array
/** Where a column lies in the data; `nothing` is a column of NaN alone, which is not stored. */
type Placed = { kind: 'float64' | 'uint32' | 'uint8' | 'nothing'; offset: number; length: number }
type PlacedBars = { resolutionMs: number; columns: Record<string, Placed> }
type Header = {
  key: string
  card: HistoryCard
  chains: { currency: Currency; columns: Record<string, Placed> }[]
  series: {
    currency: Currency
    candles: PlacedBars
    dvol: PlacedBars | null
    deliveryUsd: [expiryMs: number, priceUsd: number][]
  }[]
  dataBytes: number
  dataCrc32: number
}

function nameOf(key: string): string {
  return `${key.slice(0, 32)}.history`
}

/** Half a year of two coins is 70 MB, and every span has a file of its own. */
function removeOldest(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => FILE_NAME.test(name))
    .map((name) => ({ path: join(folder, name), writtenMs: statSync(join(folder, name)).mtimeMs }))
  for (const { path } of files.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(KEPT_FILES)) {
    rmSync(path, { force: true })
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

/** Bytes up to the next multiple of 8, where a column may begin. */
function padding(bytes: number): number {
  return (8 - (bytes % 8)) % 8
}

function bytesOf(column: Column): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at)
}

function readMemory(path: string, shared: boolean): ArrayBufferLike {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const memory = shared ? new SharedArrayBuffer(size) : new ArrayBuffer(size)
    const bytes = new Uint8Array(memory)
    for (let at = 0; at < size; ) {
      const count = readSync(file, bytes, at, size - at, at)
      if (count === 0) throw new Error('The file became shorter.')
      at += count
    }
    return memory
  } finally {
    closeSync(file)
  }
}

function readHeader(memory: ArrayBufferLike): { header: Header; dataStart: number } {
  const [magic, version, length = 0] = new Uint32Array(memory, 0, HASH_AT / 4)
  if (magic !== MAGIC || version !== VERSION) throw new Error('It is of another kind.')
  const text = Buffer.from(new Uint8Array(memory, PREFIX_BYTES, length))
  if (!sha256(text).equals(new Uint8Array(memory, HASH_AT, PREFIX_BYTES - HASH_AT))) throw new Error('It is damaged.')
  const end = PREFIX_BYTES + length
  return { header: JSON.parse(text.toString()), dataStart: end + padding(end) }
}

/** Places every column behind the other, and says where. */
function describe(
  key: string,
  { card, chains, series }: StoredHistory,
): { header: Header; columns: readonly Column[] } {
  const columns: Column[] = []
  let offset = 0
  let checksum = 0
  const place = (column: Column): Placed => {
    const length = column.length
    if (column instanceof Float64Array && length > 0 && column.every(Number.isNaN)) {
      return { kind: 'nothing', offset: 0, length }
    }
    const placed = { kind: kindOf(column), offset, length }
    columns.push(column)
    offset += column.byteLength + padding(column.byteLength)
    checksum = crc32(new Uint8Array(padding(column.byteLength)), crc32(bytesOf(column), checksum))
    return placed
  }
  const placeAll = (source: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(
      Object.entries(source).flatMap(([name, column]) => (isColumn(column) ? [[name, place(column)]] : [])),
    )
  const placeBars = (bars: BarColumns) => ({ resolutionMs: bars.resolutionMs, columns: placeAll(bars) })
  const placed = {
    chains: chains.map((chain) => ({ currency: chain.currency, columns: placeAll(chain) })),
    series: series.map(({ currency, candles, dvol, deliveryUsd }) => ({
      currency,
      candles: placeBars(candles),
      dvol: dvol === undefined ? null : placeBars(dvol),
      deliveryUsd: [...deliveryUsd],
    })),
  }
  return { header: { key, card, ...placed, dataBytes: offset, dataCrc32: checksum }, columns }
}

function restore(header: Header, memory: ArrayBufferLike, dataStart: number): StoredHistory {
  const columnOf = ({ kind, offset, length }: Placed): Column => {
    if (kind === 'nothing') return new Float64Array(sameMemory(memory, 8 * length)).fill(Number.NaN)
    const start = dataStart + offset
    if (kind === 'float64') return new Float64Array(memory, start, length)
    return kind === 'uint32' ? new Uint32Array(memory, start, length) : new Uint8Array(memory, start, length)
  }
  const restoreAll = (columns: Record<string, Placed>) =>
    Object.fromEntries(Object.entries(columns).map(([name, placed]) => [name, columnOf(placed)]))
  const restoreBars = ({ resolutionMs, columns }: PlacedBars) =>
    ({ resolutionMs, ...restoreAll(columns) }) as unknown as BarColumns
  return {
    card: header.card,
    chains: header.chains.map(
      ({ currency, columns }) => ({ currency, ...restoreAll(columns) }) as unknown as ChainColumns,
    ),
    series: header.series.map(({ currency, candles, dvol, deliveryUsd }) => ({
      currency,
      candles: restoreBars(candles),
      dvol: dvol === null ? undefined : restoreBars(dvol),
      deliveryUsd: new Map(deliveryUsd),
    })),
  }
}

function sameMemory(memory: ArrayBufferLike, bytes: number): ArrayBufferLike {
  return memory instanceof ArrayBuffer ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes)
}

function isColumn(value: unknown): value is Column {
  return value instanceof Float64Array || value instanceof Uint32Array || value instanceof Uint8Array
}

function kindOf(column: Column): Placed['kind'] {
  if (column instanceof Float64Array) return 'float64'
  return column instanceof Uint32Array ? 'uint32' : 'uint8'
}
