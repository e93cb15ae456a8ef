import { packageBuild } from '../../tsup.base.ts'

export default packageBuild(['src/index.ts', 'src/approval.ts', 'src/clock/index.ts', 'src/testing/index.ts'])
