import type { Connection, Method } from '../method.js'

/** Who hears which channel, and everything that is published. */
export type StreamHub = {
  /** `public/subscribe` and its kin. */
  readonly methods: readonly Method[]
  /**
   * Publishes what changed since the last call. To be called after each request, once its reply is on its way. Never
   * throws.
   */
  publish(): void
  /** Forgets a connection that has ended. */
  drop(connection: Connection): void
  /** Names of the channels that somebody hears, each with how many do. */
  subscribers(): Readonly<Record<string, number>>
  /** Ends the publishing by time. */
  close(): void
}
