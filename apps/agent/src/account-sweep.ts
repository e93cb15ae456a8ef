import type { DeribitClient } from '@cc/deribit-client'
import { CcError } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'

/** Whose orders are cancelled, and with which key. */
export type SweptAccount = { baseUrl: string; isLocal: boolean; clientId: string; clientSecret: string }

/** What a sweep came to: orders that were cancelled, and the labels of those that rest all the same. */
export type Swept = { cancelled: number; resting: readonly string[] }

/** Labels of every order that an agent of this project sends begin so. */
const OWN_PREFIX = 'cc-'
const ROUNDS = 3
const SWEEP_MS = 30_000
const READ_ONLY = 'account:read trade:read'

/**
 * Cancels every resting order of ours in an account, of all its coins: with nothing but the exchange and a key, whatever
 * became of the agent and its files. What rests at the end is looked up, never assumed.
 *
 * @throws CcError `deribit/…`; `agent/sweep-late` after 30 s
 */
export async function sweepAccount(account: SweptAccount): Promise<Swept> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new CcError(`The exchange took over ${SWEEP_MS / 1_000} s.`, {
      code: 'agent/sweep-late',
      recovery: 'retry',
    })
    timer = setTimeout(() => reject(error), SWEEP_MS)
  })
  try {
    return await Promise.race([late, sweep(account)])
  } finally {
    clearTimeout(timer)
  }
}

async function sweep(account: SweptAccount): Promise<Swept> {
  try {
    return await withClient(account, undefined, cancelOwn)
  } catch (error) {
    if (!CcError.isInstance(error) || error.code !== 'deribit/scope-mismatch') throw error
    // A key that may only read sent nothing; an order of another key it can see.
    const resting = await withClient(account, READ_ONLY, ownOrders)
    if (resting.length > 0) throw error
    return { cancelled: 0, resting: [] }
  }
}

async function withClient<T>(
  { baseUrl, isLocal, clientId, clientSecret }: SweptAccount,
  scope: string | undefined,
  work: (client: DeribitClient) => Promise<T>,
): Promise<T> {
  const { createDeribitClient } = await import('@cc/deribit-client')
  const client = createDeribitClient(
    { baseUrl, allowLoopback: isLocal, ...(scope === undefined ? {} : { scope }) },
    { clock: createSystemClock(), credentials: () => ({ clientId, clientSecret }), random: Math.random },
  )
  try {
    await client.open()
    return await work(client)
  } finally {
    await client.close().catch(() => {})
  }
}

async function cancelOwn(client: DeribitClient): Promise<Swept> {
  const cancelled = new Set<string>()
  let resting = await ownOrders(client)
  let problem: unknown
  for (let round = 0; round < ROUNDS && resting.length > 0; round += 1) {
    for (const { order_id } of resting) {
      try {
        const { result } = await client.private.cancel({ order_id })
        if (result.order_state === 'cancelled') cancelled.add(order_id)
      } catch (error) {
        // It may have ended meanwhile; the next look says.
        problem = error
      }
    }
    resting = await ownOrders(client)
  }
  if (resting.length > 0 && problem !== undefined) throw problem
  return { cancelled: cancelled.size, resting: resting.map(({ label }) => label ?? '') }
}

async function ownOrders(client: DeribitClient) {
  const { result } = await client.private.getOpenOrders({})
  return result.filter(({ label }) => label?.startsWith(OWN_PREFIX))
}
