export { createSimProtocol, createSimServer, type SimProtocol, type SimServerDeps } from './create-sim-server.js'
export { type SimServerOptions, type SimServerOptionsInput, simServerOptionsSchema } from './options.js'
export type { SimServer } from './serve.js'
