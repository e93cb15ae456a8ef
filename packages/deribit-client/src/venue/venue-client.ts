import type { DeribitClient } from '../client.js'

/** What a venue needs of a client. */
export type VenueClient = Pick<DeribitClient, 'origin' | 'public' | 'private' | 'clock' | 'open'>
