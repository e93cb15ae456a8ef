/** What an answer may name as its reasons. */
export const REASON_CODES = [
  'edge-positive',
  'edge-negative',
  'edge-unknown',
  'premium-too-small',
  'premium-earned',
  'delta-moderate',
  'delta-too-high',
  'spread-too-wide',
  'volatility-rich',
  'volatility-cheap',
  'roll-worth-its-cost',
  'settlement-cheaper',
  'numbers-missing',
] as const
export type ReasonCode = (typeof REASON_CODES)[number]

export const CONFIDENCES = ['low', 'medium', 'high'] as const
export type Confidence = (typeof CONFIDENCES)[number]

/** What a model chose of a menu, and why. */
export type Answer = {
  /** An id of the menu. */
  choice: string
  /** The model's own words, cleaned for the record: one line, at most 500 characters. They decide nothing. */
  rationale: string
  reasonCodes: readonly ReasonCode[]
  confidence: Confidence
}

/**
 * JSON Schema of an answer that chooses among these ids. Models write keys in its order, so that the reasons come before
 * the choice. Only keywords that strict schemas are documented to take.
 */
export function answerSchema(ids: readonly string[]) {
  return {
    type: 'object',
    properties: {
      rationale: { type: 'string' },
      reason_codes: { type: 'array', items: { type: 'string', enum: [...REASON_CODES] } },
      choice: { type: 'string', enum: [...ids] },
      confidence: { type: 'string', enum: [...CONFIDENCES] },
    },
    required: [...ANSWER_KEYS],
    additionalProperties: false,
  }
}

/** The keys of an answer, all of which must be there and none else. */
export const ANSWER_KEYS = ['rationale', 'reason_codes', 'choice', 'confidence'] as const
