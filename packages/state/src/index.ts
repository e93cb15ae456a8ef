export { assembleUnderlying, type UnderlyingReadings } from './assemble.js'
export type { Datum } from './datum.js'
export { buildAgentState, createObserver } from './observe.js'
export { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'
