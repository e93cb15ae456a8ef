export { breachSentence } from './breach-sentence.js'
export { checkActionAllowed, createRiskGate } from './gate.js'
export { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from './options.js'
export { verdictRecord } from './verdict-record.js'
