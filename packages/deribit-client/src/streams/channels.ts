import { publicChannels } from './public-channels.js'
import { userChannels } from './user-channels.js'

/**
 * Deribit's channels by what they tell: `channels.ticker('BTC-27MAR26-100000-C')`. Nothing is sent by naming one.
 * https://docs.deribit.com/articles/notifications
 */
export const channels = { ...publicChannels, ...userChannels } as const
