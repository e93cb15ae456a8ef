/** Whose account it is. It is nobody's: names say that it is simulated. */
export const ACCOUNT = {
  id: 7,
  username: 'simulated',
  systemName: 'simulated',
  email: 'simulated@localhost',
} as const
