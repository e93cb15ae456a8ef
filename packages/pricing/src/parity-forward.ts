import type { SmileQuote } from './smile-quotes.js'
import { requireQuote } from './smile-quotes.js'

/** The book of one option, without a forward. */
export type ParityQuote = Omit<SmileQuote, 'forwardUsd'>

/** What put-call parity says of a forward. */
export type ParityForward = {
  forwardUsd: number
  /** Strike it was read at. */
  strikeUsd: number
  /** Forward at which one sells, and buys, with the books of both options: nothing in between can be arbitraged. */
  bidUsd: number
  askUsd: number
  /** Strikes whose call and put both have a bid and an ask that do not cross. */
  strikes: number
}

/**
 * The forward of an expiry by put-call parity, F = K/(1 − C + P) with prices in coin, at the strike whose call and put
 * differ least; `null` where no strike has both, each with a bid and an ask that do not cross. Of several rows of one
 * strike and kind the first counts.
 *
 * C and P are the middles of the books. Source: Deribit's description of DVOL.
 *
 * @throws RangeError naming the row and the field, when a strike is not finite and > 0, a kind is none, or a price is
 * neither `null` nor finite and >= 0.
 */
export function parityForward(quotes: readonly ParityQuote[]): ParityForward | null {
  const calls = new Map<number, ParityQuote>()
  const puts = new Map<number, ParityQuote>()
  quotes.forEach((quote, row) => {
    requireQuote('parityForward', row, { ...quote, forwardUsd: 1 })
    const side = quote.kind === 'call' ? calls : puts
    if (!side.has(quote.strikeUsd)) side.set(quote.strikeUsd, quote)
  })

  let best: ParityForward | null = null
  let least = Infinity
  let strikes = 0
  for (const [strikeUsd, call] of [...calls].sort(([first], [second]) => first - second)) {
    const put = puts.get(strikeUsd)
    const sides = put && bothSides(call, put)
    if (!sides) continue
    const { callBid, callAsk, putBid, putAsk } = sides
    const difference = (callBid + callAsk - putBid - putAsk) / 2
    // A call worth a coin more than its put has no forward: such a book is no market.
    if (!(difference < 1)) continue
    strikes++
    if (Math.abs(difference) >= least) continue
    least = Math.abs(difference)
    best = {
      forwardUsd: strikeUsd / (1 - difference),
      strikeUsd,
      bidUsd: strikeUsd / (1 - callBid + putAsk),
      askUsd: callAsk - putBid < 1 ? strikeUsd / (1 - callAsk + putBid) : Infinity,
      strikes: 0,
    }
  }
  return best && { ...best, strikes }
}

type Sides = { callBid: number; callAsk: number; putBid: number; putAsk: number }

function bothSides(call: ParityQuote, put: ParityQuote): Sides | null {
  const [callBid, callAsk, putBid, putAsk] = [call.bidCoin, call.askCoin, put.bidCoin, put.askCoin]
  if (!callBid || !callAsk || !putBid || !putAsk || callBid > callAsk || putBid > putAsk) return null
  return { callBid, callAsk, putBid, putAsk }
}
