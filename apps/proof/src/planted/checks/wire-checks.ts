import { createDeribitVenue } from '@cc/deribit-client'
import type { OrderTerms, Venue } from '@cc/models'
import { instrumentForTest, orderForTest } from '@cc/models/testing'
import type { Check } from './check.ts'

const NOW_MS = Date.UTC(2026, 2, 3, 12)
const SYMBOL = 'BTC-27MAR26-100000-C'

type Params = Readonly<Record<string, unknown>>

/** What goes to Deribit and comes from it. */
export const WIRE_CHECKS: readonly (readonly [string, Check])[] = [
  ['an-open-exchange', () => requireLocked({ locked: 'false' }, '')],
  ['a-lock-of-one-coin', () => requireLocked({ locked: 'partial', locked_currencies: ['ETH'] }, 'ETH')],
  ['a-lock-of-who-knows-what', () => requireLocked({ locked: 'partial' }, 'BTC,ETH')],
  ['a-resting-sale', () => requireSent('sell', { post_only: true, reject_post_only: true, reduce_only: false })],
  ['a-purchase', () => requireSent('buy', { post_only: true, reject_post_only: true, reduce_only: true })],
  [
    'the-end-of-an-order',
    () => requireSent('sell', { valid_until: NOW_MS + 3_000, time_in_force: 'good_til_cancelled' }),
  ],
]

async function requireLocked(status: Params, wanted: string): Promise<string | undefined> {
  const { venue } = venueOver({ status: () => status })
  const { locked } = await venue.market.status()
  return locked.join() === wanted ? undefined : `${JSON.stringify(status)} is read as a lock of "${locked.join()}"`
}

async function requireSent(side: OrderTerms['side'], wanted: Params): Promise<string | undefined> {
  const { venue, asked } = venueOver({})
  const terms = {
    label: 'cc-ab12cd34-cafe0123-o-1',
    side,
    sizeCoin: 1,
    priceCoin: 0.01,
    postOnly: true,
    reduceOnly: side === 'buy',
  }
  const rest = { timeInForce: 'good-til-cancelled', validUntilMs: NOW_MS + 3_000 } as const
  await venue.broker.place(orderForTest(instrumentForTest(SYMBOL), { ...terms, ...rest })).catch(() => {})
  const sent = asked.get(side)
  const wrong = Object.entries(wanted).find(([name, value]) => sent?.[name] !== value)
  return wrong && `a ${side} leaves with ${wrong[0]} ${String(sent?.[wrong[0]])}, and not ${String(wrong[1])}`
}

/** A venue over a client that answers what it is told to, and remembers what it was asked. */
function venueOver(answers: Readonly<Record<string, () => unknown>>): { venue: Venue; asked: Map<string, Params> } {
  const asked = new Map<string, Params>()
  const methods = new Proxy(
    {},
    {
      get: (_, method: string) => async (params: Params) => {
        asked.set(method, params)
        return { result: answers[method]?.(), testnet: true, takenInMs: NOW_MS, answeredMs: NOW_MS }
      },
    },
  )
  const client = {
    ...{ private: methods, public: methods, origin: 'https://test.deribit.com' },
    clock: { now: () => NOW_MS, uncertaintyMs: () => 0 },
    open: async () => ({ scopes: [] }),
  }
  return { venue: createDeribitVenue(client as unknown as Parameters<typeof createDeribitVenue>[0]), asked }
}
