export { checkActionAllowed, createRiskGate } from './gate.js'
export { type RiskLimits, type RiskLimitsInput, riskLimitsSchema } from './options.js'
export { breachSentence, verdictRecord } from './verdict-record.js'
