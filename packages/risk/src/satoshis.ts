// Coins are counted in whole units of 1e-8, so that a call is covered or it is not, and no float noise decides.

/** What is needed: the next whole satoshi up. */
export function satoshisUp(coin: number): number {
  return Math.ceil(coin * SATOSHIS_PER_COIN - NOISE)
}

/** What is there: the next whole satoshi down. */
export function satoshisDown(coin: number): number {
  return Math.floor(coin * SATOSHIS_PER_COIN + NOISE)
}

export function coins(satoshis: number): number {
  return satoshis / SATOSHIS_PER_COIN
}

const SATOSHIS_PER_COIN = 1e8

/** Noise of float arithmetic that is no satoshi yet: a thousandth of one. */
const NOISE = 1e-3
