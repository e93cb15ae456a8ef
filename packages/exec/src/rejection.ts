/** What follows a rejection that is believed. `end`: nothing more is sent in this action. */
export type RejectionRule = {
  after: 'repeg' | 'end' | 'drift' | 'overlap'
  /** Why there cannot be an order after it. */
  why: string
}

/**
 * What the code of a rejection is worth. `undefined`: nothing. An exchange that is paused, overloaded or under
 * maintenance may have said so after it took the order, and of a code that is not listed nobody knows; such a send is
 * settled by its label like one without an answer.
 */
export function rejectionRuleOf(code: string): RejectionRule | undefined {
  return REJECTION_RULES.get(code)
}

const ENTRY = 'an order is checked for it before it can enter a book'
const GRID = `${ENTRY}, and our idea of the grid is wrong`
const BAND = `${ENTRY}; the approval is not widened for it`
const BOOK = 'there is no book that could hold the order'

/** Deribit's words, and those of its client here. https://docs.deribit.com/articles/errors */
export const REJECTION_RULES: ReadonlyMap<string, RejectionRule> = new Map([
  ['post_only_reject', { after: 'repeg', why: 'the matching engine says it in place of the order' }],
  ['not_sent', { after: 'end', why: 'not a byte of it left' }],
  ['not_enough_funds', { after: 'end', why: ENTRY }],
  ['not_enough_funds_in_currency', { after: 'end', why: ENTRY }],
  ['price_too_low', { after: 'end', why: BAND }],
  ['price_too_low4idx', { after: 'end', why: BAND }],
  ['price_too_high', { after: 'end', why: BAND }],
  ['price_not_allowed', { after: 'end', why: BAND }],
  ['book_closed', { after: 'end', why: BOOK }],
  ['orderbook_closed', { after: 'end', why: BOOK }],
  ['invalid_or_unsupported_instrument', { after: 'end', why: BOOK }],
  ['order_overlap', { after: 'overlap', why: 'the matching engine says it in place of the trade' }],
  ['off_grid', { after: 'drift', why: GRID }],
  ['price_wrong_tick', { after: 'drift', why: GRID }],
  ['price_precision_exceeded', { after: 'drift', why: GRID }],
  ['invalid_price', { after: 'drift', why: GRID }],
  ['qty_too_low', { after: 'drift', why: GRID }],
  ['invalid_amount', { after: 'drift', why: GRID }],
  ['invalid_quantity', { after: 'drift', why: GRID }],
  ['non_integer_contract_amount', { after: 'drift', why: GRID }],
])
