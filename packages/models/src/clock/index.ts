export { withDeadline } from './deadline.js'
export { createPacedClock, createSystemClock } from './system-clock.js'
export { createVirtualClock } from './virtual-clock.js'
