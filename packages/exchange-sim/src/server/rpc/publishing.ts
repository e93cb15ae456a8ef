import type { Dispatcher } from './dispatcher.js'

/**
 * Has what a request changed published when its reply is on its way: at the end of the turn in which it was answered, or
 * before the next request where that comes in the same turn. `publish` must not throw.
 */
export function publishAfterEach(dispatcher: Dispatcher, publish: () => void): Dispatcher {
  let isDue = false

  function publishDue(): void {
    if (!isDue) return
    isDue = false
    publish()
  }

  function after(): void {
    if (isDue) return
    isDue = true
    queueMicrotask(publishDue)
  }

  function noting<Answered>(answered: Answered | Promise<Answered>): Answered | Promise<Answered> {
    // Whoever waits for the reply is served before the second step.
    if (answered instanceof Promise) void answered.then(() => {}).then(after)
    else after()
    return answered
  }

  return {
    ...dispatcher,
    handleText(text, connection) {
      publishDue()
      return noting(dispatcher.handleText(text, connection))
    },
    answerText(text, connection, frame) {
      publishDue()
      return noting(dispatcher.answerText(text, connection, frame))
    },
    answerCall(call, connection) {
      publishDue()
      return noting(dispatcher.answerCall(call, connection))
    },
  }
}
