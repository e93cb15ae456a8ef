import type { Clock } from '@cc/models'
import { faultsNeedWallClock } from '../../failures.js'
import type { HttpTraffic } from '../http-traffic.js'
import type { SocketTraffic } from '../socket/socket-traffic.js'
import { createFaultTimers } from './fault-timers.js'
import type { FaultParts } from './faulty-request.js'
import { createHttpFaults } from './http-faults.js'
import { createSocketFaults } from './socket-faults.js'

/** All that goes wrong on one server. */
export type FaultRig = {
  readonly http: HttpTraffic
  readonly sockets: SocketTraffic
  /** Nothing that has begun goes on. */
  close(): void
}

/** @throws CcError `exchange-sim/faults-need-wall-clock` where there is no time of the machine */
export function faultClock(clock: Clock | null): Clock {
  if (clock === null) throw faultsNeedWallClock()
  return clock
}

/** `clock` is that of the machine. */
export function createFaultRig({ clock, ...parts }: Omit<FaultParts, 'timers'> & { clock: Clock }): FaultRig {
  const timers = createFaultTimers(clock)
  const own = { ...parts, timers }
  const sockets = createSocketFaults(own)
  return {
    http: createHttpFaults(own),
    sockets,
    close() {
      timers.close()
      sockets.close()
    },
  }
}
