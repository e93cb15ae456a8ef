export { type AnswerReading, readAnswer } from './answer.js'
export { type Answer, type Confidence, REASON_CODES, type ReasonCode } from './answer-form.js'
export {
  type CassetteOptions,
  createCassetteFetch,
  type Tape,
  type TapedAbort,
  type TapedCall,
  type TapedEnd,
  type TapedFailure,
  type TapedReply,
  type TapedSecret,
} from './cassette.js'
export { type FileTape, openTape, type TapeOptions } from './cassette-file.js'
export { chooseActionWithLlm, createLlmPolicy } from './choose-action.js'
export { FALLBACK_REASONS, type FallbackReason } from './fallback-reason.js'
export { buildMenu } from './menu.js'
export type { Menu, MenuAction, MenuItem, PromptValue, PromptWord } from './menu-item.js'
export type { ModelRequest } from './model-reply.js'
export {
  type Effort,
  MODEL_TABLE_DATE,
  MODELS,
  type ModelEntry,
  modelEntry,
  type Prices,
  shutdownWarning,
} from './model-table.js'
export { type LlmOptions, type LlmOptionsInput, llmOptionsSchema } from './options.js'
export type { LlmDeps } from './ports.js'
export { PROMPT_HASH, promptOf } from './prompt.js'
export { type Provider, type ProviderValues, resolveProvider } from './provider.js'
