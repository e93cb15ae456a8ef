import type { Broker, Clock, HaltSwitch, IntentJournal, Logger, MarketData } from '@cc/models'

/** What execution acts through. */
export type ExecPorts = {
  market: Pick<MarketData, 'quote'>
  broker: Pick<Broker, 'place' | 'order' | 'findByLabel' | 'cancel' | 'account' | 'fills'>
  /** The venue's time: rests, `validUntilMs` and the fence are measured in it. */
  clock: Clock
  /** Holds every intent before it is sent. */
  journal: IntentJournal
  logger: Logger
  /** Read before each send; latched while an order rests, the order is cancelled. */
  halt?: HaltSwitch
}
