import { expect, it } from 'vitest'
import * as approval from '../src/approval.js'
import * as clock from '../src/clock/index.js'
import * as models from '../src/index.js'
import * as testing from '../src/testing/index.js'

it('exports exactly this', () => {
  expect(Object.keys(models).sort()).toMatchInlineSnapshot(`
    [
      "CANDIDATE_REJECTIONS",
      "CURRENCIES",
      "CcError",
      "EMPTY_MEMORY",
      "RECORD_SCHEMA_VERSION",
      "accountSnapshotSchema",
      "agentMemorySchema",
      "agentStateSchema",
      "approvedLegSchema",
      "bookStateSchema",
      "breachSchema",
      "candidateOptionSchema",
      "candidateRejectionSchema",
      "chainQuoteSchema",
      "currencySchema",
      "decisionIdOf",
      "decisionRecordSchema",
      "decisionSchema",
      "executionResultSchema",
      "failureRecordSchema",
      "fillSchema",
      "formatSymbol",
      "greeksSchema",
      "indexPriceSchema",
      "intentRecordSchema",
      "ledgerEntrySchema",
      "legResultSchema",
      "logEntrySchema",
      "marginQuoteSchema",
      "marketSourceSchema",
      "missingDatumSchema",
      "openApprovedOrder",
      "optionChainSchema",
      "optionGreeksSchema",
      "optionInstrumentSchema",
      "optionPositionSchema",
      "optionQuoteSchema",
      "orderReportSchema",
      "orderRequestSchema",
      "orderTermsSchema",
      "orderTraceSchema",
      "parseSymbol",
      "portfolioStateSchema",
      "proposedActionSchema",
      "realisedWindowSchema",
      "rejectedCallsSchema",
      "ruleTraceSchema",
      "sideSchema",
      "smileTermSchema",
      "statePartSchema",
      "tenorVolSchema",
      "underlyingStateSchema",
      "unresolvedIn",
      "unresolvedIntentSchema",
      "venuePositionSchema",
      "venueStatusSchema",
      "verdictRecordSchema",
      "volStateSchema",
    ]
  `)
})

it('exports exactly this under /approval, /clock and /testing', () => {
  expect(Object.keys(approval).sort()).toEqual([
    'ApprovedAction',
    'ApprovedOrder',
    'cutOrder',
    'isApproved',
    'openApprovedOrder',
    'sealApproval',
    'settleOrder',
  ])
  expect(Object.keys(clock).sort()).toEqual([
    'createPacedClock',
    'createSystemClock',
    'createVirtualClock',
    'withDeadline',
  ])
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "TEST_TIME_MS",
      "approveForTest",
      "candidateForTest",
      "createMemoryHalt",
      "createMemoryJournal",
      "createMemoryLog",
      "createMemoryStore",
      "cutOrder",
      "describeVenue",
      "instrumentForTest",
      "orderForTest",
      "portfolioForTest",
      "positionForTest",
      "sealApproval",
      "settleOrder",
      "silentLogger",
      "stateForTest",
      "tradableCall",
      "underlyingForTest",
      "volForTest",
    ]
  `)
})

it('keeps the makers of approvals out of the main entry', () => {
  expect(Object.keys(models)).not.toContain('ApprovedAction')
  expect(Object.keys(models)).not.toContain('ApprovedOrder')
})
