/** Who writes, in tests that do not ask. */
export const ownRun = { runId: '0123456789abcdef', codeVersion: '0.0.0', configuration: { venue: 'sim' } }
