/** Asks a patched copy one thing: what is wrong, if anything. */
export type Check = () => Promise<string | undefined>
