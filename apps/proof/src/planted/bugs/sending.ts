import type { PlantedBug } from '../planted-bug.ts'

const SEND = 'packages/exec/src/send-order.ts'
const SETTLE = 'packages/exec/src/settle-by-label.ts'
const NEXT = 'packages/exec/src/next-order.ts'

/** Orders that leave twice, too early or unseen. */
export const SENDING_BUGS: readonly PlantedBug[] = [
  {
    name: 'blind-resend',
    why: 'A send that was not answered counts as never made, and the next one follows.',
    edits: [
      {
        file: SEND,
        find: 'return { ...(await finish(sent, await settleByLabel(ports, sent.intent, options))), ...OVER }',
        replace: "return { ...(await finish(sent, { outcome: 'absent' })), mayRepeg: true, endsAction: false }",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'look-up-then-resend',
    why: 'A send that was not answered is looked up at once, and sent again where it is not there.',
    edits: [
      {
        file: SEND,
        find: 'return { ...(await finish(sent, await settleByLabel(ports, sent.intent, options))), ...OVER }',
        replace:
          'return { ...(await finish(sent, await settleByLabel(ports, sent.intent, options))), mayRepeg: true, endsAction: false }',
      },
      {
        file: SETTLE,
        find: 'const fenceMs = terms.validUntilMs + options.fenceSlackMs',
        replace: 'const fenceMs = Number.NEGATIVE_INFINITY',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'no-fence',
    why: 'Two empty answers prove absence at once, while the order is still on its way.',
    edits: [
      {
        file: SETTLE,
        find: 'const fenceMs = terms.validUntilMs + options.fenceSlackMs',
        replace: 'const fenceMs = Number.NEGATIVE_INFINITY',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'local-clock-fence',
    why: 'The end of an order and the time of an answer are read off a machine whose clock is 10 s ahead.',
    edits: [
      {
        file: NEXT,
        find: 'const validUntilMs = clock.now() + validForMs',
        replace: 'const validUntilMs = clock.now() + 10_000 + validForMs',
      },
      {
        file: SETTLE,
        find: 'if (answeredAtMs <= fenceMs) continue',
        replace: 'if (answeredAtMs + 10_000 <= fenceMs) continue',
      },
      {
        file: SETTLE,
        find: 'const toFenceMs = Math.min(fenceMs - clock.now() + 1, longestMs)',
        replace: 'const toFenceMs = Math.min(fenceMs - clock.now() - 9_999, longestMs)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [14, 77] },
  },
  {
    name: 'no-slack',
    why: 'The fence stands at the very end of an order, though the index of labels lags behind.',
    edits: [
      {
        file: SETTLE,
        find: 'const fenceMs = terms.validUntilMs + options.fenceSlackMs',
        replace: 'const fenceMs = terms.validUntilMs',
      },
    ],
    caughtBy: { by: 'check', check: 'index-that-lags' },
  },
  {
    name: 'failed-look-up-is-absence',
    why: 'A look-up that failed counts as one that found nothing.',
    edits: [{ file: SETTLE, find: "reason = 'look-up-failed'", replace: "return { outcome: 'absent' }" }],
    caughtBy: { by: 'seeds', seeds: [4] },
  },
  {
    name: 'rejections-all-believed',
    why: 'A rejection of any code is believed, also one that an exchange says after it took the order.',
    edits: [
      {
        file: SEND,
        find: 'rule === undefined\n      ? await settleByLabel(ports, intent, options)',
        replace: "rule === undefined\n      ? ({ outcome: 'absent' } as const)",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [39] },
  },
  {
    name: 'journal-after-send',
    why: 'The intent is written once the order is out.',
    edits: [
      { file: SEND, find: '  await journal.append(intent)\n', replace: '' },
      {
        file: SEND,
        find: ' = await place(run, order)\n',
        replace: ' = await place(run, order)\n  await journal.append(intent)\n',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'journal-not-awaited',
    why: 'The order leaves whether or not the journal could be written.',
    edits: [
      {
        file: SEND,
        find: '  await journal.append(intent)\n',
        replace: '  void journal.append(intent).catch(() => {})\n',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [65] },
  },
  {
    name: 're-peg-under-one-label',
    why: 'Every order of a leg bears the same label.',
    edits: [{ file: NEXT, find: 'attempt: peg + 1', replace: 'attempt: 1' }],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'label-without-attempt',
    why: 'The number of the attempt is not part of the label.',
    edits: [{ file: 'packages/exec/src/label.ts', find: 'order.attempt}', replace: '1}' }],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'label-without-leg',
    why: 'Both legs of a roll number their orders under the same labels.',
    edits: [
      {
        file: 'packages/exec/src/label.ts',
        find: "order.leg === 'close' ? 'c' : 'o'",
        replace: "order.leg === 'close' ? 'o' : 'o'",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
  {
    name: 'dry-run-places',
    why: 'A dry run sends.',
    edits: [
      {
        file: 'packages/exec/src/execute-action.ts',
        find: '  if (options.dryRun) {',
        replace: "  if (options.dryRun && options.runId === '') {",
      },
    ],
    caughtBy: { by: 'seeds', seeds: [10] },
  },
  {
    name: 'exit-may-open',
    why: 'Orders that close are sent without reduce-only.',
    edits: [
      { file: NEXT, find: 'reduceOnly: leg.reduceOnly,', replace: 'reduceOnly: false,' },
      {
        file: 'packages/models/src/approval.ts',
        find: '(reduceOnly || !limits.reduceOnly)',
        replace: '(reduceOnly || !limits.reduceOnly || true)',
      },
    ],
    caughtBy: { by: 'seeds', seeds: [1] },
  },
]
