import type { PlantedBug } from '../planted-bug.ts'

const SALE = 'packages/risk/src/sale.ts'
const SHORTS = 'packages/risk/src/short-calls.ts'
const COVERAGE = 'packages/risk/src/coverage.ts'

/** How much is short, what covers it, and what is left of the margin. */
export const COUNTING_BUGS: readonly PlantedBug[] = [
  {
    name: 'filled-not-remaining',
    why: 'Of a resting sale counts what it has traded, and not what it may still trade.',
    edits: [
      {
        file: SHORTS,
        find: "if (side === 'sell' && state === 'open') add(symbol, sizeCoin - filledCoin, label)",
        replace: "if (side === 'sell' && state === 'open') add(symbol, filledCoin, label)",
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'resting-sells-not-counted',
    why: 'Sales that rest take no cover.',
    edits: [
      {
        file: SHORTS,
        find: "if (side === 'sell' && state === 'open') add(symbol, sizeCoin - filledCoin, label)",
        replace: '',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'unknown-sells-not-counted',
    why: 'Sales whose outcome is not known take no cover.',
    edits: [
      {
        file: SHORTS,
        find: "if (side === 'sell' && !isListed(label, portfolio)) add(symbol, sizeCoin, label)",
        replace: "if (side === 'both' && !isListed(label, portfolio)) add(symbol, sizeCoin, label)",
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'cover-from-equity',
    why: 'The cover is taken from equity, in which the calls that are short are counted once more.',
    edits: [
      {
        file: SALE,
        find: 'const { openOrders, otherPositions, coverage, balanceCoin } = underlying.portfolio',
        replace: 'const { openOrders, otherPositions, coverage, equityCoin: balanceCoin } = underlying.portfolio',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'premium-counted-twice',
    why: 'The premium of the sale covers it twice.',
    edits: [
      {
        file: SALE,
        find: 'const premiumCoin = sizeCoin * sold.priceCoin - feeCoin(sizeCoin, sold)',
        replace: 'const premiumCoin = 2 * sizeCoin * sold.priceCoin - feeCoin(sizeCoin, sold)',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'roll-buys-back-for-nothing',
    why: 'What a roll pays to close is not taken off its cover.',
    edits: [
      {
        file: SALE,
        find: ': premiumCoin - sizeCoin * boughtBack.priceCoin - feeCoin(sizeCoin, boughtBack)',
        replace: ': premiumCoin',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'cover-one-step-more',
    why: 'Cover is rounded up where it must be rounded down.',
    edits: [
      {
        file: COVERAGE,
        find: 'const covered = satoshisDown(maxCoverage * Math.max(0, coveredCoin + cashCoin))',
        replace: 'const covered = 1e7 * Math.ceil((maxCoverage * Math.max(0, coveredCoin + cashCoin)) / 0.1)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [17] },
  },
  {
    name: 'full-cover-refused',
    why: 'A sale that is covered to the last satoshi counts as naked.',
    edits: [{ file: COVERAGE, find: 'return needed <= covered\n', replace: 'return needed < covered\n' }],
    caughtBy: { by: 'states' },
  },
  {
    name: 'today-s-margin',
    why: 'The margin that is used now is judged, and not that after the trade.',
    edits: [
      {
        file: 'packages/risk/src/margin.ts',
        find: 'const marginUsedPct = ofBalancePct(sale, Math.max(0, initialMarginCoin - released) + added)',
        replace: 'const marginUsedPct = ofBalancePct(sale, initialMarginCoin + 0 * (released + added))',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'expiry-before-the-trade',
    why: 'What is short on one expiry is judged without the sale.',
    edits: [
      {
        file: COVERAGE,
        find: 'const short = totalSatoshis(onExpiry(shorts, expiryMs)) + satoshisUp(sizeCoin)',
        replace: 'const short = totalSatoshis(onExpiry(shorts, expiryMs)) + 0 * satoshisUp(sizeCoin)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [8] },
  },
  {
    name: 'buys-back-more-than-held',
    why: 'More may be bought back than is short.',
    edits: [
      {
        file: 'packages/risk/src/trade.ts',
        find: 'satoshisUp(sizeCoin) <= satoshisDown(heldCoin)',
        replace: '(heldCoin > 0 || satoshisUp(sizeCoin) <= satoshisDown(heldCoin))',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'buys-back-twice',
    why: 'What a resting purchase buys back already is bought back once more.',
    edits: [
      {
        file: 'packages/risk/src/trade.ts',
        find: 'const heldCoin = Math.max(0, shortCoin - boughtAlreadyCoin(symbol, underlying, state))',
        replace: 'const heldCoin = Math.max(0, shortCoin - 0 * boughtAlreadyCoin(symbol, underlying, state))',
      },
    ],
    caughtBy: { by: 'states' },
  },
  {
    name: 'formula-not-asked',
    why: 'The margin of a sale is what the venue quotes, however little that is.',
    edits: [
      {
        file: 'packages/risk/src/margin.ts',
        find: 'Math.max(marginOf(sold.option, sizeCoin).initialMarginCoin, quote?.initialMarginCoin ?? 0)',
        replace: '(quote?.initialMarginCoin ?? marginOf(sold.option, sizeCoin).initialMarginCoin)',
      },
    ],
    caughtBy: { by: 'states' },
  },
]
