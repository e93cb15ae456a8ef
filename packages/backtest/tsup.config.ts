import { packageBuild } from '../../tsup.base.ts'

export default packageBuild(['src/index.ts', 'src/sweep/sweep-worker.ts'])
