import type { Currency, DecisionRecord, Venue } from '@cc/models'
import { type Holding, summarise } from './summary.js'
import type { RunSummary } from './summary-lines.js'

/** Watches a run from its first moment, to add it up at its end. */
export type RunReport = {
  see(record: DecisionRecord): void
  finish(): Promise<RunSummary>
}

/** Takes the accounts as they are now for the start. */
export async function createRunReport(
  venue: Venue,
  { underlyings, objective }: { underlyings: readonly Currency[]; objective: 'coin' | 'usd' },
): Promise<RunReport> {
  const startMs = venue.clock.now()
  const starts = new Map(
    await Promise.all(underlyings.map(async (each) => [each, await holding(venue, each)] as const)),
  )
  const acted: Record<string, number> = {}

  return {
    see({ decision, execution }) {
      if (decision === null || !execution?.legs.some(({ filledCoin }) => filledCoin > 0)) return
      const { action } = decision.proposal
      acted[action] = (acted[action] ?? 0) + 1
    },
    async finish() {
      const endMs = venue.clock.now()
      const summaries = await Promise.all(
        [...starts].map(async ([currency, start]) => {
          const end = await holding(venue, currency)
          const rows = await venue.broker.ledger(currency, { fromMs: startMs, toMs: endMs + 1 })
          return summarise(currency, { start, end, ledger: rows.filter(({ kind }) => kind !== 'transfer') })
        }),
      )
      return {
        source: (await venue.market.status()).source.description,
        startMs,
        endMs,
        objective,
        underlyings: summaries,
        opens: acted.OPEN_COVERED_CALL ?? 0,
        rolls: acted.ROLL_COVERED_CALL ?? 0,
        closes: acted.CLOSE_COVERED_CALL ?? 0,
      }
    },
  }
}

async function holding({ market, broker }: Venue, currency: Currency): Promise<Holding> {
  const [account, { indexUsd }] = await Promise.all([broker.account(currency), market.indexPrice(currency)])
  return { account, indexUsd }
}
