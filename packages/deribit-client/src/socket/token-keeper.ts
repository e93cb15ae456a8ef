import { CcError, type Clock, type Logger } from '@cc/models'
import type { Session } from '../session/session.js'
import type { Connection } from './connection.js'

/** Between two renewals, whatever the exchange says about the life of its tokens. */
const LEAST_PAUSE_MS = 1_000

/** Between two looks at the token: a new one may live shorter than the last. */
const MOST_PAUSE_MS = 10_000

/**
 * Renews the token of an open connection in time: who only listens makes no call that would. A connection whose token
 * cannot be renewed is given up for another, which signs in anew or says why not.
 */
export function keepSignedIn(
  connection: Pick<Connection, 'watch' | 'renew'>,
  session: Pick<Session, 'renewAtMs' | 'token'>,
  { clock, logger }: { clock: Clock; logger: Logger },
): void {
  let present: AbortController | undefined

  async function keep({ signal }: AbortController): Promise<void> {
    try {
      for (;;) {
        const leftMs = (session.renewAtMs() ?? clock.now()) - clock.now()
        await clock.sleep(Math.min(Math.max(leftMs, LEAST_PAUSE_MS), MOST_PAUSE_MS), signal)
        await session.token(signal)
      }
    } catch (error) {
      if (signal.aborted) return
      logger.warn('the token could not be renewed', { code: CcError.isInstance(error) ? error.code : 'unexpected' })
      connection.renew('token-not-renewed')
    }
  }

  function stop(): void {
    present?.abort()
    present = undefined
  }

  connection.watch({
    onOpen() {
      stop()
      present = new AbortController()
      void keep(present)
    },
    onLost: stop,
    onClosed: stop,
  })
}
