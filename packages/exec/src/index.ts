export { executeAction } from './execute-action.js'
export { createExecutor } from './executor.js'
export { type ExecOptions, type ExecOptionsInput, execOptionsSchema } from './options.js'
export type { ExecPorts } from './ports.js'
