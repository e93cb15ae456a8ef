import type { DecisionRecord, IntentRecord, LedgerEntry } from '@cc/models'
import type { ExchangeTruth } from './exchange-truth.ts'
import { type Accuse, NOISE_COIN } from './violation.ts'

/**
 * An outcome that the journal holds is what became of the order at the exchange: no other size, nothing that still rests,
 * and `absent` only where there is none.
 */
export function requireTrueOutcome(entry: IntentRecord, truth: ExchangeTruth, accuse: Accuse): void {
  if (entry.kind !== 'outcome') return
  const { label, outcome, filledCoin } = entry
  const order = truth.orders.get(label)
  if (order === undefined) {
    if (outcome === 'filled' || outcome === 'cancelled')
      accuse('I13', `the journal has ${label} ${outcome}, the exchange never had it`)
    return
  }
  if (outcome === 'absent' || (outcome === 'rejected' && order.state !== 'rejected')) {
    accuse(
      'I2',
      `the journal has ${label} ${outcome}, the exchange has it ${order.state}, ${order.filledCoin} coin filled`,
    )
  } else if (order.state === 'open') {
    accuse('I10', `the journal has ${label} ${outcome}, and it rests at the exchange`)
  } else if (Math.abs(order.filledCoin - filledCoin) > NOISE_COIN) {
    accuse('I13', `the journal has ${filledCoin} coin of ${label}, the exchange filled ${order.filledCoin}`)
  }
}

/** A record says of its orders what the exchange says, wherever it claims to know. */
export function requireTrueRecord({ execution, dryRun }: DecisionRecord, truth: ExchangeTruth, accuse: Accuse): void {
  if (execution === null || dryRun) return
  for (const { leg, symbol, orders, filledCoin: legCoin } of execution.legs) {
    const ordersCoin = orders.reduce((sum, order) => sum + order.filledCoin, 0)
    if (Math.abs(ordersCoin - legCoin) > NOISE_COIN) {
      accuse('I13', `the record has ${legCoin} coin in the ${leg} leg of ${symbol}, its orders come to ${ordersCoin}`)
    }
    for (const { terms, outcome, filledCoin } of orders) {
      if (outcome === 'unknown') continue
      const order = truth.orders.get(terms.label)
      const trueCoin = order?.filledCoin ?? 0
      if (Math.abs(trueCoin - filledCoin) > NOISE_COIN) {
        accuse('I13', `the record has ${filledCoin} coin of ${terms.label}, the exchange filled ${trueCoin}`)
      }
      if (order?.state === 'open')
        accuse('I10', `the record has ${terms.label} ${outcome}, and it rests at the exchange`)
    }
  }
}

/** Every row of the ledger that an agent says it has read is in its log, over all its lives. */
export function requireWholeLedger(
  told: ReadonlySet<string>,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  rows: readonly LedgerEntry[],
  accuse: Accuse,
): void {
  for (const { id, kind, timestampMs } of rows) {
    if (timestampMs >= fromMs && timestampMs < toMs && !told.has(id)) {
      accuse('I13', `the ${kind} row ${id} was read past and is in no record`)
    }
  }
}
