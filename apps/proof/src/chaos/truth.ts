import { createDeribitClient, createDeribitVenue, type DeribitClient, type WireOrder } from '@cc/deribit-client'
import { type Clock, CURRENCIES, type Currency, type Fill, type LedgerEntry, type Side } from '@cc/models'

/** An order as the exchange has it. */
export type TrueOrder = {
  orderId: string
  label: string
  symbol: string
  side: Side
  sizeCoin: number
  filledCoin: number
  priceCoin: number
  state: string
  createdMs: number
  updatedMs: number
}

/** What the exchange says of one currency: all that there ever was. */
export type CoinTruth = {
  currency: Currency
  depositCoin: number
  orders: readonly TrueOrder[]
  fills: readonly Fill[]
  /** Oldest first. */
  ledger: readonly LedgerEntry[]
  /** Signed, of those that are not flat. */
  positions: ReadonlyMap<string, number>
}
export type Truth = readonly CoinTruth[]

/** Reads the truth of an account. It is its owner's to close. */
type TruthReader = { read(): Promise<Truth>; close(): Promise<void> }

const PAGE = 1_000
const YEAR_MS = 366 * 86_400_000

/** Reads as another client of the account, of all that happened since `startMs`. */
export async function createTruthReader(
  exchange: { httpUrl: string; credentials: { clientId: string; clientSecret: string } },
  { wall, startMs, depositsCoin }: { wall: Clock; startMs: number; depositsCoin: Readonly<Record<Currency, number>> },
): Promise<TruthReader> {
  const client = createDeribitClient(
    { baseUrl: exchange.httpUrl, allowLoopback: true, rateLimits: 'off' },
    { clock: wall, credentials: () => exchange.credentials },
  )
  await client.open()
  const { broker } = createDeribitVenue(client)
  const span = { fromMs: startMs, toMs: startMs + YEAR_MS }

  async function ofCoin(currency: Currency): Promise<CoinTruth> {
    const orders = await readOrders(client, currency)
    const fills = [
      ...(await broker.fills(currency, { ...span, historical: true })),
      ...(await broker.fills(currency, span)),
    ]
    const { result: positions } = await client.private.getPositions({ currency, kind: 'option' })
    const held = positions.filter(({ size }) => size !== 0)
    return {
      currency,
      depositCoin: depositsCoin[currency],
      orders: orders.map(trueOrder),
      fills: [...new Map(fills.map((fill) => [fill.tradeId, fill])).values()],
      ledger: (await broker.ledger(currency, span)).toSorted((a, b) => Number(a.id) - Number(b.id)),
      positions: new Map(held.map(({ instrument_name, size }) => [instrument_name, size])),
    }
  }

  return {
    async read() {
      const truth: CoinTruth[] = []
      for (const currency of CURRENCIES) truth.push(await ofCoin(currency))
      return truth
    },
    close: () => client.close(),
  }
}

async function readOrders(client: DeribitClient, currency: Currency): Promise<readonly WireOrder[]> {
  const { result: open } = await client.private.getOpenOrdersByCurrency({ currency })
  const ended: WireOrder[] = []
  for (const historical of [false, true]) {
    for (let offset = 0, page = PAGE; page === PAGE; offset += page) {
      const past = { currency, count: PAGE, offset, include_old: true, include_unfilled: true, historical }
      const { result } = await client.private.getOrderHistoryByCurrency(past)
      ended.push(...result)
      page = result.length
    }
  }
  return [...open, ...ended]
}

function trueOrder(order: WireOrder): TrueOrder {
  return {
    orderId: order.order_id,
    label: order.label ?? '',
    symbol: order.instrument_name,
    side: order.direction,
    sizeCoin: order.amount,
    filledCoin: order.filled_amount ?? 0,
    priceCoin: Number(order.price),
    state: order.order_state,
    createdMs: order.creation_timestamp,
    updatedMs: order.last_update_timestamp,
  }
}
