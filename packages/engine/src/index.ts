export { type Agent, createAgent, type OnceOutcome } from './agent.js'
export type { RunOutcome } from './loop.js'
export {
  type AgentStatus,
  type CommandOutcome,
  type DeferredCommand,
  deferCommand,
  type OperatorCommand,
} from './operator.js'
export { type EngineOptions, type EngineOptionsInput, engineOptionsSchema } from './options.js'
export type { EnginePorts } from './ports.js'
export { type CycleOptions, runCycle } from './run-cycle.js'
