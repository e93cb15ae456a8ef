export { createRulesPolicy, decideAction } from './decide-action.js'
export { type RulesOptions, type RulesOptionsInput, rulesOptionsSchema } from './options.js'
