import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Currency, DecisionRecord, LedgerEntry } from '@cc/models'

/** An account as its decision records tell it, worked out once more. */
export type RecomputedAccount = {
  cashCoin: number
  /** Signed sizes still held, by symbol. */
  held: ReadonlyMap<string, number>
  premiumCoin: number
  feesCoin: number
  payoutCoin: number
  /** Everything booked, without signs: what sums may be off by is measured by it. */
  grossCoin: number
  trades: number
  deliveries: number
  /** Rows of the ledger and executions that do not agree with the arithmetic; each says what was expected. */
  findings: readonly string[]
}

/**
 * Works the account of a coin out of its decision records alone, by rules that are written down here once more and share no
 * code with the exchange: fee 0.0003 coin a coin, at most 12.5 % of the price; payout max(0, 1 − K/D) with D from
 * `deliveryUsd`; delivery fee 0.00015, at most 12.5 % of the payout, none of a daily.
 */
export function recomputeAccount(
  records: readonly DecisionRecord[],
  currency: Currency,
  deliveryUsd: (expiryMs: number) => number | undefined,
): RecomputedAccount {
  const rows = records.flatMap(({ ledger }) => ledger).filter((row) => row.currency === currency)
  const fills = fillsOf(records, currency)
  const findings: string[] = []
  const held = new Map<string, number>()
  const sums = { cashCoin: 0, premiumCoin: 0, feesCoin: 0, payoutCoin: 0, grossCoin: 0, trades: 0, deliveries: 0 }

  function expect(what: string, row: LedgerEntry, wanted: number, told: number): void {
    if (!(Math.abs(wanted - told) <= 1e-12 * Math.max(1, sums.grossCoin))) {
      findings.push(`${row.id} ${row.symbol}: ${what} is ${told}, expected ${wanted}`)
    }
  }

  function change(row: LedgerEntry, changeCoin: number): void {
    sums.cashCoin += changeCoin
    sums.grossCoin += Math.abs(changeCoin)
    expect('change', row, changeCoin, row.changeCoin)
    expect('balance', row, sums.cashCoin, row.balanceCoin)
  }

  function hold({ symbol, sizeCoin }: LedgerEntry): void {
    const size = Math.round(((held.get(symbol ?? '') ?? 0) + (sizeCoin ?? 0)) * 1e8) / 1e8
    if (size === 0) held.delete(symbol ?? '')
    else held.set(symbol ?? '', size)
  }

  for (const row of rows) {
    const { kind, symbol, sizeCoin, priceCoin, timestampMs } = row
    if (kind === 'transfer') change(row, row.changeCoin)
    else if (kind === 'trade' && symbol !== null && sizeCoin !== null && priceCoin !== null) {
      const feeCoin = Math.abs(sizeCoin) * Math.min(0.0003, 0.125 * priceCoin)
      sums.trades += 1
      sums.feesCoin += feeCoin
      sums.premiumCoin += sizeCoin < 0 ? -sizeCoin * priceCoin : 0
      change(row, -sizeCoin * priceCoin - feeCoin)
      expect('fee', row, feeCoin, row.feeCoin)
      hold(row)
      const fill = fills.findIndex(
        (each) =>
          each.symbol === symbol &&
          each.timestampMs === timestampMs &&
          each.priceCoin === priceCoin &&
          Math.abs(each.sizeCoin - Math.abs(sizeCoin)) < 1e-9 &&
          (each.side === 'sell') === sizeCoin < 0,
      )
      if (fill < 0) findings.push(`${row.id} ${symbol}: no execution tells of this trade`)
      else fills.splice(fill, 1)
      const option = optionOf(symbol)
      if (timestampMs >= option.expiryMs) findings.push(`${row.id} ${symbol}: traded at or after its expiry`)
    } else if (kind === 'delivery' && symbol !== null && sizeCoin !== null) {
      const option = optionOf(symbol)
      const priceUsd = deliveryUsd(option.expiryMs)
      if (priceUsd === undefined) {
        findings.push(`${row.id} ${symbol}: there is no delivery price`)
        continue
      }
      const payout = Math.max(0, 1 - option.strikeUsd / priceUsd)
      const feeCoin = option.isDaily ? 0 : Math.abs(sizeCoin) * Math.min(0.00015, 0.125 * payout)
      sums.deliveries += 1
      sums.feesCoin += feeCoin
      sums.payoutCoin += Math.abs(sizeCoin) * payout
      expect('size', row, -(held.get(symbol) ?? 0), sizeCoin)
      change(row, -sizeCoin * payout - feeCoin)
      expect('fee', row, feeCoin, row.feeCoin)
      expect('time', row, option.expiryMs, timestampMs)
      expect('delivery price', row, priceUsd, row.deliveryPriceUsd ?? Number.NaN)
      hold(row)
    } else if (row.changeCoin !== 0) change(row, 0)
  }
  for (const { symbol, timestampMs } of fills) findings.push(`${symbol}: the fill of ${timestampMs} is in no ledger`)
  const lastMs = records.at(-1)?.endedMs ?? 0
  for (const symbol of held.keys()) {
    if (optionOf(symbol).expiryMs < lastMs) findings.push(`${symbol}: is held after its expiry`)
  }
  return { ...sums, held, findings }
}

function fillsOf(records: readonly DecisionRecord[], currency: Currency) {
  return records
    .flatMap(({ execution }) => execution?.legs ?? [])
    .filter(({ symbol }) => symbol.startsWith(`${currency}-`))
    .flatMap(({ symbol, side, fills }) => fills.map((fill) => ({ ...fill, symbol, side })))
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

/** `BTC-9JAN26-90000-C`, read without the package that wrote it. A daily expires on any day but Friday. */
function optionOf(symbol: string): { expiryMs: number; strikeUsd: number; isDaily: boolean } {
  const [, date = '', strike = ''] = symbol.split('-')
  const [, day = '', month = '', year = ''] = /^(\d+)([A-Z]{3})(\d\d)$/.exec(date) ?? []
  const expiryMs = Date.UTC(2000 + Number(year), MONTHS.indexOf(month), Number(day), 8)
  return { expiryMs, strikeUsd: Number(strike), isDaily: new Date(expiryMs).getUTCDay() !== 5 }
}

/** Opens of the hourly spot bars of a folder of recordings, by time: the delivery price of an expiry at 08:00 UTC. */
export function spotOpens(folder: string, currency: Currency): ReadonlyMap<number, number> {
  const file = join(folder, 'data/spot_hourly', `${currency}USDT_binance_spot_1h.csv.gz`)
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n')
  const names = header.trim().split(',')
  const [at, open] = [names.indexOf('ts'), names.indexOf('open')]
  return new Map(
    lines.map((line) => {
      const cells = line.split(',')
      return [Number(cells[at]) * 1_000, Number(cells[open])]
    }),
  )
}
