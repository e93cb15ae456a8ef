/** Why a decision is not the model's. */
export const FALLBACK_REASONS = [
  /** No provider is set up. */
  'disabled',
  /** The whole call took longer than its deadline. */
  'deadline',
  /** One attempt was given up by the client. */
  'timeout',
  /** No connection, or it broke. */
  'connection',
  'rate-limited',
  /** The account has no credit left. */
  'quota',
  /** The key is not taken, or may not do this. */
  'auth',
  /** The provider does not have the model, or no longer. */
  'model-gone',
  'bad-request',
  /** The provider failed: 408, 409, 5xx. */
  'server',
  /** The model refused to answer. */
  'refusal',
  /** The answer was cut off: its length, or a filter. */
  'incomplete',
  /** The provider says that the answer failed, or says nothing that is one. */
  'failed',
  /** An answer without text. */
  'empty',
  /** The text is not one JSON object. */
  'invalid-json',
  /** The object is not in the form that was asked for, or names nothing of the menu. */
  'schema',
  /** What came is no reply of such a provider. */
  'bad-payload',
  /** The market has moved on since the state was taken. */
  'stale',
  /** Too many calls failed of late. */
  'breaker-open',
  /** The call would cost more than is allowed. */
  'budget',
  /** The recording has no such call. */
  'replay-miss',
  /** The agent is being stopped. */
  'stopped',
  'unexpected',
] as const
export type FallbackReason = (typeof FALLBACK_REASONS)[number]
