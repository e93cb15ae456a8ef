import type { TickRule } from '@cc/pricing'
import { getInstrument, getInstruments } from './methods/instruments.js'
import type { WireInstrument } from './wire/instrument.js'

/** What prices and amounts of an instrument are multiples of. */
export type Grid = { readonly ticks: TickRule; readonly stepCoin: number }

/** The grids of all instruments that replies have told of. */
export type InstrumentCache = {
  /** Hears the result of every method, as its schema let it through; learns from those about instruments. */
  hear(method: object, result: unknown): void
  gridOf(instrumentName: string): Grid | undefined
  /** The exchange did not agree: it has to tell anew. */
  forget(instrumentName: string): void
}

export function createInstrumentCache(): InstrumentCache {
  const grids = new Map<string, Grid>()

  function learn(instrument: WireInstrument): void {
    const { instrument_name, tick_size, tick_size_steps, min_trade_amount } = instrument
    grids.set(instrument_name, {
      ticks: {
        tickSizeCoin: tick_size,
        tickSteps: (tick_size_steps ?? []).map((step) => ({
          abovePriceCoin: step.above_price,
          tickSizeCoin: step.tick_size,
        })),
      },
      stepCoin: min_trade_amount,
    })
  }

  return {
    hear(method, result) {
      if (method === getInstrument) learn(result as WireInstrument)
      if (method === getInstruments) for (const instrument of result as WireInstrument[]) learn(instrument)
    },
    gridOf: (instrumentName) => grids.get(instrumentName),
    forget: (instrumentName) => void grids.delete(instrumentName),
  }
}
