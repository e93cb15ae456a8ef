import type { Currency } from '@cc/models'
import { createFakeStreamClient, type FakeStreamClient, symbolOf } from './stream-client.fixture.js'
import { createStreamVenue, type StreamVenue } from './stream-venue.js'

export const BTC = [100_000, 110_000, 120_000].map((strikeUsd) => symbolOf('BTC', strikeUsd))
export const ETH = [4_000, 5_000].map((strikeUsd) => symbolOf('ETH', strikeUsd))
export const [A = '', B = ''] = BTC
const MARKET_READS = ['getBookSummaryByCurrency', 'ticker', 'getIndexPrice', 'getInstruments', 'status']

export async function warmed(fake = createFakeStreamClient([...BTC, ...ETH]), input = {}) {
  const venue = createStreamVenue(fake.client, input)
  const warming = venue.warm()
  await flush()
  fake.tellAll()
  await warming
  fake.asked.length = 0
  return { fake, venue }
}

export const flush = () => new Promise((resolve) => setImmediate(resolve))

/** What a cycle reads of the market. */
export async function cycle({ market }: StreamVenue, currencies: readonly Currency[] = ['BTC', 'ETH']) {
  const [status, ...read] = await Promise.all([
    market.status(),
    ...currencies.map(async (currency) => {
      const [chain, instruments, index] = await Promise.all([
        market.chain(currency),
        market.instruments(currency),
        market.indexPrice(currency),
      ])
      return { chain, instruments, index }
    }),
  ])
  return { status, read }
}

/** Holds back answers until it is called. */
export function hold(fake: FakeStreamClient): () => void {
  let release = () => {}
  fake.holdAnswers(new Promise((resolve) => (release = resolve)))
  return () => release()
}

export const marketReads = (fake: FakeStreamClient) =>
  fake.asked.filter((method) => MARKET_READS.includes(method)).sort()
