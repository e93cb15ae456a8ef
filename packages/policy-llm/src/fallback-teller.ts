import type { Logger } from '@cc/models'
import type { Asked } from './ask-model.js'
import type { FallbackReason } from './fallback-reason.js'
import type { LlmOptions } from './options.js'
import { fallbackWords } from './reasoning.js'

/** Tells why the model is not followed; `null`: it is, or had nothing to choose. */
export type Teller = (
  reason: FallbackReason | null,
  facts: { asked: Asked | undefined; problem: string | null },
) => void

/** Makes what tells of fallbacks once per run of equal reasons, and when an answer ends such a run. */
export function createTeller(logger: Logger, { mode, fallback }: Pick<LlmOptions, 'mode' | 'fallback'>): Teller {
  const instead = mode === 'shadow' ? 'rules' : fallback
  let last: FallbackReason | null = null
  return (reason, { asked, problem }) => {
    if (asked?.outcome != null) logger.debug('The model was asked.', callFacts(asked))
    if (reason === null) {
      if (last !== null && asked !== undefined) {
        logger.info('The model answers again.')
        last = null
      }
      return
    }
    if (reason === last) return
    last = reason
    // Nothing is meant to be unexpected.
    const level = reason === 'unexpected' ? 'warn' : 'info'
    const facts = { reason, instead, problem, ...(asked === undefined ? {} : callFacts(asked)) }
    logger[level](`The model has no say: ${fallbackWords(reason)}.`, facts)
  }
}

function callFacts({ outcome, failure }: Asked) {
  const attempts = outcome?.attempts ?? []
  return {
    failure,
    model: outcome?.model ?? null,
    attempts: attempts.length,
    durationsMs: attempts.map(({ durationMs }) => durationMs),
    status: attempts.at(-1)?.status ?? null,
    requestId: attempts.at(-1)?.requestId ?? null,
    costUsd: outcome?.costUsd ?? null,
  }
}
