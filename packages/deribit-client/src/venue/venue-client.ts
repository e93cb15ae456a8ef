import type { DeribitClient } from '../client.js'
import type { SocketParts } from '../socket-client.js'

/** What a venue needs of a client. */
export type VenueClient = Pick<DeribitClient, 'origin' | 'public' | 'private' | 'clock' | 'open'>

/** What a venue that listens needs of a client. */
export type StreamVenueClient = VenueClient & SocketParts
