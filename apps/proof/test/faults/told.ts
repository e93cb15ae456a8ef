import type { OrderAnswer } from '@cc/deribit-client'
import { CcError } from '@cc/models'
import { type FaultyExchange, OPTION, wish } from './faulty-exchange.ts'

type Client = Pick<FaultyExchange, 'client'>

/** What a read tells: `value`, or the words of its error. */
export async function read({ client }: Client): Promise<string> {
  try {
    const { result } = await client.public.ticker({ instrument_name: OPTION })
    return result.instrument_name === OPTION ? 'value' : `that of ${result.instrument_name}`
  } catch (error) {
    return wordsOf(error)
  }
}

/** What becomes of an order that rests where nothing goes wrong. */
export async function sell(exchange: Client, label: string, validForMs?: number): Promise<string> {
  return outcomeOf(await exchange.client.private.sell(wish(exchange, label, validForMs)))
}

/** An outcome in words. */
export function outcomeOf(answer: OrderAnswer<unknown>): string {
  if (answer.outcome === 'accepted') return 'accepted'
  return answer.outcome === 'rejected' ? `rejected ${answer.word}` : `unknown ${answer.reason}`
}

/** The state in which a cancelled order ended, or the words of the error. */
export async function cancel({ client }: Client, order_id: string): Promise<string> {
  try {
    return (await client.private.cancel({ order_id })).result.order_state
  } catch (error) {
    return wordsOf(error)
  }
}

/** Code, recovery and reason of an error. */
export function wordsOf(error: unknown): string {
  if (!CcError.isInstance(error)) return String(error)
  const { code, recovery, facts } = error
  const detail = facts.reason ?? facts.problem ?? facts.status
  return detail === undefined ? `${code} ${recovery}` : `${code} ${recovery} (${detail})`
}

/** Orders of a label, as the client is told. */
export async function found({ client }: Client, label: string) {
  const { result, answeredMs } = await client.private.getOrderStateByLabel({ currency: 'BTC', label })
  return {
    states: result.map(({ order_state }) => order_state),
    ids: result.map(({ order_id }) => order_id),
    answeredMs,
  }
}
