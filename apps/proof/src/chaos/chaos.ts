import { type StoryDeps, tellWorld, type WorldReport } from './world-story.ts'

/** Lives of one world: enough to come to expiries and rolls, few enough that no stop of the risk engine holds for long. */
const KILLS_OF_A_WORLD = 8
/** Worlds at a time: most of a life is waiting. */
const SIDE_BY_SIDE = 3

/** Kills `kills` agents in worlds of their own, three worlds at a time. A world that comes to a finding ends there. */
export async function runChaos(
  { kills, seed }: { kills: number; seed: number },
  deps: StoryDeps,
): Promise<readonly WorldReport[]> {
  const worlds = Math.ceil(kills / KILLS_OF_A_WORLD)
  const left = Array.from({ length: worlds }, (_, world) => ({
    seed,
    world,
    kills: Math.min(KILLS_OF_A_WORLD, kills - world * KILLS_OF_A_WORLD),
  }))
  const reports: WorldReport[] = []
  const lane = async () => {
    for (let plan = left.shift(); plan !== undefined; plan = left.shift()) reports.push(await tellWorld(plan, deps))
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, lane))
  return reports.toSorted((a, b) => a.world - b.world)
}
