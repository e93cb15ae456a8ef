export { assembleUnderlying, buildAgentState, createObserver } from './observe.js'
export { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'
export type { Datum, UnderlyingReadings } from './readings.js'
