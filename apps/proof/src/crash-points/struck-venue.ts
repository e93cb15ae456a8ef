import type { ApprovedOrder, Venue } from '@cc/models'
import { CALM, type Weather } from '../simulation/weather.ts'
import type { SendFailure } from './strike.ts'
import { type StruckLife, venueFailure } from './struck-life.ts'

/** What befalls one send: the weather on its way, the number that chance shows meanwhile, and whether its sender dies. */
export type SendFate = { weather: Weather; chance: number; isDeadly: boolean }

/** Two seconds late: after the first look for it, and before its time is over. */
const IN_TIME = 0.55

const FATES: Readonly<Record<SendFailure | 'sent' | 'late', SendFate>> = {
  sent: { ...fate({}), isDeadly: true },
  late: { ...fate({ late: 1 }, IN_TIME), isDeadly: true },
  'unknown-late': fate({ late: 1 }, IN_TIME),
  'unknown-expired': fate({ late: 1 }, 0.9),
  'unknown-lost': fate({ requestDropped: 1 }),
  'unknown-done': fate({ ambiguous: 1 }, 0.55),
  'error-done': fate({ ambiguous: 1 }, 0.45),
  'halt-lost': fate({ requestDropped: 1, haltError: 1 }),
  'halt-done': fate({ replyLost: 1, haltError: 1 }),
  'rejected-funds': fate({ rejected: 1 }, 0.1),
  'rejected-price': fate({ rejected: 1 }, 0.3),
  'rejected-post-only': fate({ rejected: 1 }, 0.6),
  'rejected-other': fate({ rejected: 1 }, 0.9),
}

/**
 * The venue as one life meets it: every call is counted, and one of them fails or is the last.
 *
 * @param befall sets what befalls a send that is under way; `undefined`: nothing any more
 * @param onPlace told of a send before it leaves
 */
export function createStruckVenue(
  venue: Venue,
  life: StruckLife,
  { befall, onPlace }: { befall: (fate: SendFate | undefined) => void; onPlace: (order: ApprovedOrder) => void },
): Venue {
  const { market, broker, clock } = venue
  const asked = <A extends unknown[], T>(name: string, ask: (...values: A) => Promise<T>) => {
    return async (...values: A): Promise<T> => {
      const call = life.begin(name)
      if (!life.isAlive()) return NEVER
      const failure = venueFailure(call)
      if (failure !== undefined && !call.how?.startsWith('done-')) throw failure
      const answer = await ask(...values)
      if (failure !== undefined) throw failure
      life.done(call)
      return life.isAlive() ? answer : NEVER
    }
  }

  async function place(order: ApprovedOrder): Promise<Awaited<ReturnType<typeof broker.place>>> {
    const call = life.begin('place')
    if (!life.isAlive()) return NEVER
    onPlace(order)
    befall(FATES[call.how as keyof typeof FATES])
    try {
      const outcome = await broker.place(order)
      life.done(call)
      return life.isAlive() ? outcome : NEVER
    } finally {
      befall(undefined)
    }
  }

  return {
    clock,
    market: {
      status: asked('status', market.status),
      serverTime: asked('serverTime', market.serverTime),
      instruments: asked('instruments', market.instruments),
      chain: asked('chain', market.chain),
      quote: asked('quote', market.quote),
      indexPrice: asked('indexPrice', market.indexPrice),
      history: asked('history', market.history),
      deliveryPrice: asked('deliveryPrice', market.deliveryPrice),
    },
    broker: {
      account: asked('account', broker.account),
      margins: asked('margins', broker.margins),
      place,
      order: asked('order', broker.order),
      findByLabel: asked('findByLabel', broker.findByLabel),
      cancel: asked('cancel', broker.cancel),
      fills: asked('fills', broker.fills),
      ledger: asked('ledger', broker.ledger),
    },
  }
}

function fate(weather: Partial<Weather>, chance = 0): SendFate {
  return { weather: { ...CALM, ...weather }, chance, isDeadly: false }
}

const NEVER = new Promise<never>(() => {})
