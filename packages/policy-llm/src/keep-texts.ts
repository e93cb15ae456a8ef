import type { Logger } from '@cc/models'
import { MAX_ANSWER_BYTES } from './answer.js'
import { answerSchema } from './answer-form.js'
import type { LlmDeps } from './ports.js'
import { PROMPT_HASH } from './prompt.js'
import { PROMPT_TEXT } from './prompt-text.js'

/** What `PROMPT_HASH` is the SHA-256 of: the standing text, and the form of the answer with no ids. */
export const PROMPT_TEMPLATE = `${PROMPT_TEXT}\n${JSON.stringify(answerSchema([]))}`

/** What one call told and was told, under the hashes that the record names. */
export type CallTexts = { input: string; inputHash: string; answer: string | null; answerHash: string | null }

type KeepDeps = Pick<LlmDeps, 'keepText'> & {
  logger: Logger
  bounded<T>(what: string, work: () => Promise<T>): Promise<T>
}

/** Keeps the texts of a call. One that cannot be kept is a warning: the record still names it by its hash. Never rejects. */
export async function keepTexts(texts: CallTexts, { keepText, logger, bounded }: KeepDeps): Promise<void> {
  if (keepText === undefined) return
  const { input, inputHash, answer, answerHash } = texts
  const kept: [hash: string, text: string][] = [
    [PROMPT_HASH, PROMPT_TEMPLATE],
    [inputHash, input],
  ]
  // What is too long to be an answer may be of any size.
  if (answer !== null && answerHash !== null && answer.length <= MAX_ANSWER_BYTES) kept.push([answerHash, answer])
  await Promise.all(
    kept.map(async ([hash, text]) => {
      try {
        await bounded('keeping a text', async () => keepText(hash, text))
      } catch (error) {
        const problem = error instanceof Error ? error.message.slice(0, 300) : 'not an error was thrown'
        logger.warn('A text of a model call was not kept.', { hash, problem })
      }
    }),
  )
}
