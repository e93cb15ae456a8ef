import { CONTRADICTING_BUGS } from './bugs/contradicting.ts'
import { COUNTING_BUGS } from './bugs/counting.ts'
import { FOLLOWING_BUGS } from './bugs/following.ts'
import { REFUSING_BUGS } from './bugs/refusing.ts'
import { REMEMBERING_BUGS } from './bugs/remembering.ts'
import { SENDING_BUGS } from './bugs/sending.ts'
import { STOPPING_BUGS } from './bugs/stopping.ts'
import type { PlantedBug } from './planted-bug.ts'

/** Every bug that is planted. */
export const BUGS: readonly PlantedBug[] = [
  ...SENDING_BUGS,
  ...FOLLOWING_BUGS,
  ...COUNTING_BUGS,
  ...REFUSING_BUGS,
  ...REMEMBERING_BUGS,
  ...STOPPING_BUGS,
  ...CONTRADICTING_BUGS,
]
