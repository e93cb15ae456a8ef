import { CcError, type Fill, type OrderReport, type OrderTerms } from '@cc/models'

/**
 * What is wrong with the venue's account of an order, if anything. `exec/overfilled`: more has traded than was sent.
 * `exec/reply-mismatch`: it speaks of another order, or of ours as somebody changed it. `exec/venue-intervened`: the
 * venue ended it to reduce our risk. None of them may happen, and each halts.
 */
export function problemOf(report: OrderReport, terms: OrderTerms): CcError | undefined {
  return overfillOf(report, terms) ?? mismatchOf(report, terms) ?? interventionOf(report)
}

function overfillOf({ filledCoin, orderId, label }: OrderReport, terms: OrderTerms): CcError | undefined {
  if (label !== terms.label || satoshis(filledCoin) <= satoshis(terms.sizeCoin)) return undefined
  return new CcError(`Order ${label} has traded more than was sent.`, {
    code: 'exec/overfilled',
    recovery: 'halt',
    facts: { label, orderId, sentCoin: terms.sizeCoin, filledCoin },
  })
}

/**
 * One re-priced, of another size or unit, under another label or free to open a position is not ours to trade on. A
 * reduce-only order may be smaller than sent.
 */
function mismatchOf(report: OrderReport, terms: OrderTerms): CcError | undefined {
  const differs = differenceOf(report, terms)
  if (differs === undefined) return undefined
  return new CcError(`The venue answered order ${terms.label} with another ${differs}.`, {
    code: 'exec/reply-mismatch',
    recovery: 'halt',
    facts: { label: terms.label, orderId: report.orderId, differs, sent: terms[differs], answered: report[differs] },
  })
}

function differenceOf(
  report: OrderReport,
  terms: OrderTerms,
): 'label' | 'symbol' | 'side' | 'priceCoin' | 'sizeCoin' | 'reduceOnly' | undefined {
  if (report.label !== terms.label) return 'label'
  if (report.symbol !== terms.symbol) return 'symbol'
  if (report.side !== terms.side) return 'side'
  if (satoshis(report.priceCoin) !== satoshis(terms.priceCoin)) return 'priceCoin'
  if (terms.reduceOnly && !report.reduceOnly) return 'reduceOnly'
  const [sent, answered] = [satoshis(terms.sizeCoin), satoshis(report.sizeCoin)]
  const sizeHolds = terms.reduceOnly ? answered <= sent : answered === sent
  return sizeHolds ? undefined : 'sizeCoin'
}

/** Words of Deribit for a cancel by which it takes the account's risk into its own hands. */
const INTERVENTIONS: ReadonlySet<string | null> = new Set([
  'autoliquidation',
  'position_locked',
  'risk_mitigation',
  'pme_risk_reduction',
  'pme_account_locked',
])

function interventionOf({ cancelReason, label, orderId }: OrderReport): CcError | undefined {
  if (!INTERVENTIONS.has(cancelReason)) return undefined
  return new CcError(`The venue ended order ${label} to reduce the risk of the account.`, {
    code: 'exec/venue-intervened',
    recovery: 'halt',
    facts: { label, orderId, cancelReason },
  })
}

/** `exec/fills-exceed-order` where the account has more trades under a label than the order tells of. */
export function fillsProblemOf(
  fills: readonly Fill[],
  order: { label: string; filledCoin: number },
): CcError | undefined {
  const { label, filledCoin } = order
  const tradedCoin = tradedCoinOf(fills)
  if (satoshis(tradedCoin) <= satoshis(filledCoin)) return undefined
  return new CcError(`The account has more trades of order ${label} than the order tells of.`, {
    code: 'exec/fills-exceed-order',
    recovery: 'halt',
    facts: { label, filledCoin, tradedCoin, tradeIds: fills.map(({ tradeId }) => tradeId) },
  })
}

/** What fills come to. */
export function tradedCoinOf(fills: readonly Fill[]): number {
  return fills.reduce((sum, fill) => sum + fill.sizeCoin, 0)
}

/** Whether fills are all of what an order or a leg traded. */
export function areComplete(fills: readonly Fill[], filledCoin: number): boolean {
  return satoshis(tradedCoinOf(fills)) === satoshis(filledCoin)
}

/** Float noise makes no difference, and one satoshi does. */
function satoshis(coin: number): number {
  return Math.round(coin * 1e8)
}
